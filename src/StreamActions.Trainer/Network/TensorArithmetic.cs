// Tensor times number, safely.
using TorchSharp;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>Arithmetic with numbers.</summary>
internal static class TensorArithmetic
{
    /// <summary>
    /// The tensor times a number. TorchSharp makes a native scalar for the number and does not keep it alive during the call: a collection
    /// at the wrong moment frees it under libtorch. Here it lives until the call is over.
    /// </summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar scalar = factor;
        return x.mul(scalar);
    }
}
