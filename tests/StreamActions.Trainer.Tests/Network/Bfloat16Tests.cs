// What the program reads off the processor is what the kernel reads off it.
using StreamActions.Trainer.Network;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Network;

public sealed class Bfloat16Tests
{
    [Fact]
    public void IsNative_ThisProcessor_AgreesWithTheKernel()
    {
        var flags = File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        Assert.Equal(flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"), Bfloat16.IsNative(CPU));
    }
}
