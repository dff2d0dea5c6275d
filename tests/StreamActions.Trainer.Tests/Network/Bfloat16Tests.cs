// Detection of bfloat16 support agrees with the flags that the Linux kernel reports.
using StreamActions.Trainer.Network;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Network;

public sealed class Bfloat16Tests
{
    [Fact]
    public void IsNative_ThisProcessor_MatchesKernelFlags()
    {
        var flags = File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        Assert.Equal(flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"), Bfloat16.IsNative(CPU));
    }
}
