// A real bundle in the real runtime: outputs, and bundles that are refused.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Tests.Sinks;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Tests.Inference;

public sealed class OnnxActionModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lines _lines = new();

    public void Dispose() => _folder.Dispose();

    private OnnxActionModel Open(ModelBundle bundle, string device = "cpu") =>
        OnnxActionModel.Open(bundle, new() { Device = device, Threads = 1 }, _lines.Of<OnnxActionModelTests>());

    // The golden clips as windows of separate frames.
    private static FrameWindow[] Windows(ModelBundle bundle) =>
    [
        .. GoldenClips.Read(bundle).Clips.Chunk(bundle.Manifest.Clip.ClipBytes).Select(clip => new FrameWindow(
        [
            .. clip.Chunk(bundle.Manifest.Clip.FrameBytes).Select(pixels =>
            {
                var frame = ViewFrame.Rent(pixels.Length, Pictures.View, 1, DateTimeOffset.UnixEpoch, 0);
                pixels.CopyTo(frame.Pixels);
                return frame;
            }),
        ])),
    ];

    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    public void Run_GoldenClipsAsWindows_GivesRecordedOutputs(int classes)
    {
        var bundle = TinyBundle.Write(_folder.Path, classes);
        using var model = Open(bundle);
        var golden = GoldenClips.Read(bundle);
        var windows = Windows(bundle);
        using var lane = ((IWindowModel)model.Video).OpenLane(4);
        // Each batch size has its own binding to the same buffers. One binding must not change the outputs of another.
        foreach (var count in (int[])[3, 1, 2, 3])
        {
            var output = lane.Run(windows[..count]);
            for (var i = 0; i < count; i++)
            {
                Assert.InRange(GoldenClips.Deviation([output.Embedding(i).ToArray()], [golden.VideoEmbeddings[i]]), 0, 1e-5);
                Assert.InRange(GoldenClips.Deviation([output.ClassLogits(i).ToArray()], [golden.ClassLogits[i]]), 0, 1e-5);
                Assert.Equal(1, output.Embedding(i).ToArray().Sum(x => x * x), 4);
            }
        }
        foreach (var window in windows)
            window.Dispose();
    }

    [Fact]
    public async Task Run_LanesAtTheSameTime_DoNotChangeEachOthersOutputs()
    {
        var bundle = TinyBundle.Write(_folder.Path);
        using var model = Open(bundle);
        var golden = GoldenClips.Read(bundle);
        var windows = Windows(bundle);
        await Task.WhenAll(Enumerable.Range(0, windows.Length).Select(own => Task.Run(() =>
        {
            using var lane = ((IWindowModel)model.Video).OpenLane(1);
            for (var run = 0; run < 50; run++)
            {
                var output = lane.Run([windows[own]]);
                Assert.InRange(GoldenClips.Deviation([output.Embedding(0).ToArray()], [golden.VideoEmbeddings[own]]), 0, 1e-5);
            }
        })));
        foreach (var window in windows)
            window.Dispose();
    }

    [Fact]
    public async Task Dispose_LanesRun_EndsTheirRunsAndWaits()
    {
        var bundle = TinyBundle.Write(_folder.Path);
        var model = Open(bundle);
        var windows = Windows(bundle);
        using CountdownEvent started = new(2);
        var running = Enumerable.Range(0, 2).Select(own => Task.Run(() =>
        {
            using var lane = ((IWindowModel)model.Video).OpenLane(1);
            lane.Run([windows[own]]);
            started.Signal();
            while (true)
                lane.Run([windows[own]]);
        })).ToArray();
        Assert.True(started.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        model.Dispose();
        // A run that was under way fails; a later one finds the lane disposed.
        foreach (var run in running)
            Assert.True(await Record.ExceptionAsync(() => run) is ObjectDisposedException or OnnxRuntimeException);
        Assert.Throws<ObjectDisposedException>(() => ((IWindowModel)model.Video).OpenLane(1));
        foreach (var window in windows)
            window.Dispose();
    }

    [Fact]
    public void Open_OutputsDeviateAboveBound_Throws()
    {
        var bundle = TinyBundle.Write(_folder.Path);
        var golden = GoldenClips.Read(bundle);
        golden.VideoEmbeddings[1][0] += 0.01f;
        golden.Write(bundle.Folder);
        var changed = TinyBundle.Rewrite(bundle, m => m with
        {
            Files = m.Files.ToDictionary(f => f.Key, f => ModelBundle.Hash(File.ReadAllBytes(bundle.PathOf(f.Key)))),
        });
        Assert.Contains("differ by 0.01", Assert.Throws<BundleException>(() => Open(changed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ManifestHasOtherShape_NamesTensor()
    {
        var bundle = TinyBundle.Rewrite(TinyBundle.Write(_folder.Path), m => m with { Clip = m.Clip with { Frames = 4 } });
        var error = Assert.Throws<BundleException>(() => Open(bundle));
        Assert.Contains(
            "'frames' is Byte [-1, 3, 16, 16, 3], the manifest says Byte [-1, 4, 16, 16, 3]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GraphFileInvalid_ThrowsOneLineMessage()
    {
        var bundle = TinyBundle.Write(_folder.Path);
        File.WriteAllText(bundle.PathOf(ModelBundle.WindowGraph), "no graph");
        bundle = TinyBundle.Rewrite(bundle, m => m with
        {
            Files = m.Files.ToDictionary(f => f.Key, f => ModelBundle.Hash(File.ReadAllBytes(bundle.PathOf(f.Key)))),
        });
        var error = Assert.Throws<BundleException>(() => Open(bundle));
        Assert.Contains("cannot be loaded", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Open_AutoWithoutCuda_LogsOnceAndUsesCpu()
    {
        using var model = Open(TinyBundle.Write(_folder.Path), "auto");
        Assert.True(_lines.At(LogLevel.Information).Count() <= 1);
        Assert.Equal(_lines.At(LogLevel.Information).Any() ? "cpu" : "cuda:0", model.Device);
    }

    [Fact]
    public void Open_CudaNotUsable_Throws()
    {
        if (OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
            Assert.Skip("this build of ONNX Runtime has CUDA");
        var error = Assert.Throws<BundleException>(() => Open(TinyBundle.Write(_folder.Path), "cuda:0"));
        Assert.StartsWith("inference.device: cuda:0 cannot be used", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmbedTexts_Phrases_HaveUnitLengthAndDoNotDependOnBatch()
    {
        using var model = Open(TinyBundle.Write(_folder.Path));
        var together = model.EmbedTexts(["ab", "cde"]);
        Assert.All(together, e => Assert.Equal(1, e.Sum(x => x * x), 4));
        Assert.InRange(GoldenClips.Deviation(model.EmbedTexts(["cde"]), [together[1]]), 0, 1e-5);
        Assert.True(GoldenClips.Deviation([together[0]], [together[1]]) > 0.01);
        Assert.Empty(model.EmbedTexts([]));
    }

    [Fact]
    public void UnknownWords_ClosedVocabulary_ReturnsWordsOfSeveralTokens()
    {
        using var model = Open(TinyBundle.Write(_folder.Path));
        Assert.Equal(["ab"], model.UnknownWords("a ab"));
        Assert.False(model.IsCut("abcdefghij"));
        Assert.True(model.IsCut("abcdefghijk"));
    }

    [Fact]
    public void UnknownWords_WordLearntInTraining_IsLeftOut()
    {
        using var model = Open(TinyBundle.Rewrite(TinyBundle.Write(_folder.Path), m => m with { LearntWords = ["ab"] }));
        Assert.Equal(["abc"], model.UnknownWords("a AB abc"));
    }
}
