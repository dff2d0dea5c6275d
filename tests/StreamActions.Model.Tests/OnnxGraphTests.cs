// Graphs with their weights inside the file or beside it.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Onnx;
using StreamActions.TestKit;

namespace StreamActions.Model.Tests;

public sealed class OnnxGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_WeightsAboveTheLimit_GoIntoAFileBesideTheGraph()
    {
        var graph = M2ClipGraphs.WindowOrStream(Config, RandomWeights.Of(Config));
        var (whole, split) = (_folder.File("whole.onnx"), _folder.File("split.onnx"));
        graph.Save(whole);
        graph.Save(split, limit: 1000);
        Assert.False(File.Exists(whole + OnnxGraph.WeightsSuffix));
        Assert.True(new FileInfo(split + OnnxGraph.WeightsSuffix).Length > new FileInfo(whole).Length / 2);
        Assert.True(new FileInfo(split).Length < new FileInfo(whole).Length / 2);
        Assert.Equal(graph.ToBytes(), File.ReadAllBytes(whole));   // saving changes nothing
        using InferenceSession one = new(whole), two = new(split);
        Assert.Equal(Run(one), Run(two));
    }

    [Fact]
    public void Open_WeightsAboveTheLimit_LeavesNoFiles()
    {
        var graph = M2ClipGraphs.WindowOrStream(Config, RandomWeights.Of(Config));
        var before = Folders();
        using SessionOptions options = new();
        using InferenceSession usual = graph.Open(options), large = graph.Open(options, limit: 1000);
        Assert.Equal(before, Folders());
        Assert.Equal(Run(usual), Run(large));
    }

    private static M2ClipConfig Config => TinyNetwork.Config with { Temporal = TemporalMode.Causal };

    private static string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), "streamactions-graph-*");

    private static float[] Run(InferenceSession session) =>
        new GraphStream(session, M2ClipGraphs.States(Config)).Play(TinyNetwork.Frames(Config, 2)).Last()[GraphTensors.Embedding];
}
