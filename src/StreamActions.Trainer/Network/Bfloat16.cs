// Detects whether the device computes matrix products in bfloat16 natively.
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>bfloat16 support of a device.</summary>
internal static class Bfloat16
{
    // CPUID leaf and bits, from the manuals of Intel and AMD.
    private const int ExtendedFeatures = 7, AmxBit = 22, Avx512Bit = 5;

    /// <summary>
    /// True when the device multiplies bfloat16 matrices in hardware: a CPU with AVX-512 BF16 or AMX, or CUDA. Other CPUs emulate it: on a
    /// CPU with AVX2, pretraining the miniature reached 8 pictures per second in bfloat16 and 140 in float32.
    /// </summary>
    public static bool IsNative(Device device) => device.type == DeviceType.CUDA
        || Avx512F.IsSupported && (Bit(X86Base.CpuId(ExtendedFeatures, 1).Eax, Avx512Bit)
            || Bit(X86Base.CpuId(ExtendedFeatures, 0).Edx, AmxBit));

    private static bool Bit(int register, int bit) => (register >> bit & 1) == 1;
}
