// Multiplies a tensor by a number, safely for TorchSharp's native scalars.
using TorchSharp;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>Arithmetic of tensors with numbers.</summary>
internal static class TensorArithmetic
{
    /// <summary>
    /// Multiplies a tensor by a number. TorchSharp's implicit conversion does not keep the native scalar alive during the call, so the
    /// garbage collector could free it while libtorch uses it. Here it lives until the call returns.
    /// </summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar scalar = factor;
        return x.mul(scalar);
    }
}
