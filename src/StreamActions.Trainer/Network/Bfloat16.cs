// Whether matrix products in bfloat16 are faster here than in float.
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>bfloat16 of a device.</summary>
internal static class Bfloat16
{
    // CPUID leaves and bits of Intel's and AMD's manuals.
    private const int ExtendedFeatures = 7, AmxBit = 22, Avx512Bit = 5;

    /// <summary>
    /// True where the device multiplies matrices of bfloat16 itself: AVX-512 BF16 or AMX on a CPU, always with CUDA. A CPU without has it
    /// emulated number by number: pretraining of the miniature made 8 pictures a second so on a CPU with AVX2 alone, and 140 in float.
    /// </summary>
    public static bool IsNative(Device device) => device.type == DeviceType.CUDA
        || Avx512F.IsSupported && (Bit(X86Base.CpuId(ExtendedFeatures, 1).Eax, Avx512Bit)
            || Bit(X86Base.CpuId(ExtendedFeatures, 0).Edx, AmxBit));

    private static bool Bit(int register, int bit) => (register >> bit & 1) == 1;
}
