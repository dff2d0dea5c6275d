// Adapter strength: 0 gives frozen CLIP, 1 the trained network, and values between scale the adapters.
using StreamActions.TestKit;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Tests.Training;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Network;

public sealed class AdapterStrengthTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MovingBarSource _source = new(4, 16);
    private readonly RunFolder _run;

    public AdapterStrengthTests()
    {
        SmallRuns.Pretrained(_folder.File("clip"), _source);
        _run = SmallRuns.Adapted(_folder.File("run"), _folder.File("clip"), _source, SmallRuns.Options(1));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Set_Zero_GivesMeanOfFrozenFrameEmbeddings()
    {
        using var mode = no_grad();
        using var network = Adapted();
        using var plain = RunFolder.Open(_folder.File("clip")).LoadNetwork();
        var pixels = Pixels();
        var frames = Video(plain, pixels.reshape(8, 1, 16, 16, 3)).reshape(2, 4, -1).mean([1L]);
        var tokens = network.Tokens(["a bar moves right"]);
        Assert.True((Video(network, pixels) - frames).abs().max().item<float>() > 1e-3, "the adapters have no effect");
        Assert.True(
            (network.EncodeText(tokens) - plain.EncodeText(tokens)).abs().max().item<float>() > 1e-3, "the text adapters have no effect");

        AdapterStrength.Set(network, 0);
        Assert.Equal(0, (Video(network, pixels) - frames).abs().max().item<float>(), 1e-5);
        Assert.Equal(0, (network.EncodeText(tokens) - plain.EncodeText(tokens)).abs().max().item<float>(), 1e-5);
    }

    [Fact]
    public void Set_One_ChangesNothing()
    {
        using var mode = no_grad();
        using var network = Adapted();
        var before = network.Parameters.Export();
        AdapterStrength.Set(network, 1);
        Assert.All(network.Parameters.Export(), p => Assert.Equal(before[p.Key].Values, p.Value.Values));
    }

    [Fact]
    public void Set_Fraction_ScalesOnlyAdapterOutputs()
    {
        using var mode = no_grad();
        using var network = Adapted();
        var before = network.Parameters.Export();
        AdapterStrength.Set(network, 0.75);
        var scaled = network.Parameters.Export().Where(p => !p.Value.Values.SequenceEqual(before[p.Key].Values)).Select(p => p.Key)
            .ToList();
        // A weight and a bias each: two vision blocks with enhancement and difference, the temporal adapter, and three text blocks.
        Assert.Equal(2 * (2 * 2 + 1 + 3), scaled.Count);
        Assert.All(scaled, name => Assert.Equal([.. before[name].Values.Select(v => v * 0.75f)], network.Parameters.Export()[name].Values));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Set_StrengthOutOfRange_IsRefused(double strength)
    {
        using var network = _run.LoadNetwork();
        Assert.Contains(
            "from 0 to 1", Assert.Throws<TrainerException>(() => AdapterStrength.Set(network, strength)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_NetworkWithoutAdapters_IsRefused()
    {
        using var plain = RunFolder.Open(_folder.File("clip")).LoadNetwork();
        Assert.Contains(
            "no adapters", Assert.Throws<TrainerException>(() => AdapterStrength.Set(plain, 0.8)).Message, StringComparison.Ordinal);
    }

    // Fresh adapters are the identity. Random weights give them an effect.
    private TorchNetwork Adapted()
    {
        var network = _run.LoadNetwork();
        using var mode = no_grad();
        var random = new Generator(7, CPU);
        foreach (var (name, parameter) in network.Parameters.Tensors)
        {
            if (name.Contains("adapter", StringComparison.Ordinal) || name.Contains("textad", StringComparison.Ordinal))
                parameter.normal_(0, 0.3, random);
        }
        return network;
    }

    private static Tensor Pixels() => randint(0, 256, [2, 4, 16, 16, 3], dtype: ScalarType.Byte, generator: new Generator(5, CPU));

    private static Tensor Video(TorchNetwork network, Tensor pixels) =>
        network.Network.Vision.Forward(network.Network.Vision.Normalize(pixels)).VideoEmbedding;
}
