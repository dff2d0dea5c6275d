// Adapters at no strength are frozen CLIP, at full strength what was trained, and between in proportion.
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
    public void Set_None_IsTheMeanOfFrozenClipsFrames()
    {
        using var mode = no_grad();
        using var network = Adapted();
        using var plain = RunFolder.Open(_folder.File("clip")).LoadNetwork();
        var pixels = Pixels();
        var frames = plain.Network.Vision.Forward(plain.Network.Vision.Normalize(pixels.reshape(8, 1, 16, 16, 3))).VideoEmbedding.reshape(
            2, 4, -1).mean([1L]);
        var tokens = network.Tokens(["a bar moves right"]);
        Assert.True((Video(network, pixels) - frames).abs().max().item<float>() > 1e-3, "the adapters do nothing");
        Assert.True(
            (network.EncodeText(tokens) - plain.EncodeText(tokens)).abs().max().item<float>() > 1e-3, "the text adapters do nothing");

        AdapterStrength.Set(network, 0);
        Assert.Equal(0, (Video(network, pixels) - frames).abs().max().item<float>(), 1e-5);
        Assert.Equal(0, (network.EncodeText(tokens) - plain.EncodeText(tokens)).abs().max().item<float>(), 1e-5);
    }

    [Fact]
    public void Set_Full_ChangesNothing()
    {
        using var mode = no_grad();
        using var network = Adapted();
        var before = network.Parameters.Export();
        AdapterStrength.Set(network, 1);
        Assert.All(network.Parameters.Export(), p => Assert.Equal(before[p.Key].Values, p.Value.Values));
    }

    [Fact]
    public void Set_Part_ScalesWhatAdaptersAddAndNothingElse()
    {
        using var mode = no_grad();
        using var network = Adapted();
        var before = network.Parameters.Export();
        AdapterStrength.Set(network, 0.75);
        var scaled = network.Parameters.Export().Where(p => !p.Value.Values.SequenceEqual(before[p.Key].Values)).Select(p => p.Key)
            .ToList();
        // Two vision blocks with enhancement and difference, the temporal adapter, and three text blocks; a weight and a bias each.
        Assert.Equal(2 * (2 * 2 + 1 + 3), scaled.Count);
        Assert.All(scaled, name => Assert.Equal([.. before[name].Values.Select(v => v * 0.75f)], network.Parameters.Export()[name].Values));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Set_NoStrength_IsRefused(double strength)
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

    // Fresh adapters are the identity: these are at random, so that they do something.
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
