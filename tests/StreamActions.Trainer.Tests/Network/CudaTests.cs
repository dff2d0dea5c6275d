// Results on a CUDA device match those on the CPU. Skipped if libtorch has no CUDA device.
using StreamActions.TestKit;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Tests.Training;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Network;

public sealed class CudaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MovingBarSource _source = new(4, 16);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_FourTasks_MatchesCpuLossesAndGradients()
    {
        RequireCuda();
        var run = SmallRuns.Shaken(Adapted("run", 1));
        using var onGpu = run.LoadNetwork(CUDA);
        using var onCpu = run.LoadNetwork(CPU);
        TrainingClip[] clips = [.. Enumerable.Range(0, 16).Select(i => _source.Training(i))];
        using var scope = NewDisposeScope();
        var (loss, expected) = (Losses(onGpu, run).Of(clips, 1), Losses(onCpu, run).Of(clips, 1));

        Assert.Equal(["contrastive", "cross-modal", "visual", "masked"], loss.Parts.Keys);
        foreach (var (name, value) in expected.Parts)
            Assert.Equal(value, loss.Parts[name], 1e-4 * Math.Max(1, value));
        loss.Total.backward();
        expected.Total.backward();
        foreach (var (name, parameter) in onCpu.Parameters.Trained.Where(p => p.Value.grad is not null))
        {
            var gradient = onGpu.Parameters.Tensors[name].grad!;
            Assert.Equal(DeviceType.CUDA, gradient.device_type);
            var error = (gradient.cpu() - parameter.grad!).norm().item<float>();
            Assert.True(error <= 1e-3 * parameter.grad!.norm().item<float>() + 1e-6, $"{name}: gradient error {error}");
        }
    }

    [Fact]
    public void Of_MixedPrecision_IsCloseToFloat()
    {
        RequireCuda();
        var run = SmallRuns.Shaken(Adapted("run", 1));
        using var network = run.LoadNetwork(CUDA);
        TrainingClip[] clips = [.. Enumerable.Range(0, 16).Select(i => _source.Training(i))];
        using var scope = NewDisposeScope();
        var exact = Losses(network, run).Of(clips, 1).Total.item<float>();
        network.MixedPrecision = true;
        Assert.True(network.MixedPrecision);
        var mixed = Losses(network, run).Of(clips, 1).Total;
        Assert.InRange(mixed.item<float>(), 0.9 * exact, 1.1 * exact);
        Assert.NotEqual(exact, mixed.item<float>());
        mixed.backward();
        Assert.All(
            network.Parameters.Trained.Where(p => p.Value.grad is not null), p => Assert.Equal(ScalarType.Float32, p.Value.grad!.dtype));
    }

    [Fact]
    public async Task RunAsync_StoppedAndResumed_GivesSameLosses()
    {
        RequireCuda();
        List<double> whole = [], parts = [];
        await new TrainingLoop(Adapted("whole", 12), _source, CUDA).RunAsync(s => whole.Add(s.Loss), (_, _) => { }, CancellationToken.None);

        var stopped = Adapted("parts", 12);
        using var stop = new CancellationTokenSource();
        await new TrainingLoop(stopped, _source, CUDA).RunAsync(s =>
        {
            parts.Add(s.Loss);
            if (s.Step == 7)
                stop.Cancel();
        }, (_, _) => { }, stop.Token);
        await new TrainingLoop(stopped, _source, CUDA).RunAsync(s => parts.Add(s.Loss), (_, _) => { }, CancellationToken.None);

        Assert.Equal(whole.Count, parts.Count);
        for (var i = 0; i < whole.Count; i++)
            Assert.Equal(whole[i], parts[i], 1e-3);
    }

    [Fact]
    public async Task RunAsync_StartedOnGpu_ResumesOnCpu()
    {
        RequireCuda();
        var run = Adapted("moved", 4);
        await new TrainingLoop(run, _source, CUDA).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        List<double> onCpu = [], onGpu = [];
        CopyFolder(_folder.File("moved"), _folder.File("onGpu"));
        await new TrainingLoop(RunFolder.Open(_folder.File("onGpu")).WithSteps(6), _source, CUDA)
            .RunAsync(s => onGpu.Add(s.Loss), (_, _) => { }, CancellationToken.None);
        await new TrainingLoop(run.WithSteps(6), _source, CPU).RunAsync(s => onCpu.Add(s.Loss), (_, _) => { }, CancellationToken.None);
        // Dropout masks differ between the devices.
        Assert.Equal(2, onCpu.Count);
        Assert.All(onCpu.Zip(onGpu), losses => Assert.InRange(losses.First, 0.5 * losses.Second, 2 * losses.Second));
    }

    [Fact]
    public void Run_Evaluation_MatchesCpuScores()
    {
        RequireCuda();
        var run = SmallRuns.Shaken(Adapted("run", 1));
        using var onGpu = run.LoadNetwork(CUDA);
        using var onCpu = run.LoadNetwork(CPU);
        var (report, expected) = (Evaluator.Run(onGpu, _source.Evaluation(20)[0]), Evaluator.Run(onCpu, _source.Evaluation(20)[0]));
        // A clip with nearly equal scores may be classified differently.
        Assert.Equal(expected.ByText.Top1.Value, report.ByText.Top1.Value, 0.05);
        Assert.Equal(expected.ByClassifier!.Top1.Value, report.ByClassifier!.Top1.Value, 0.05);
    }

    private static void RequireCuda() => Assert.SkipUnless(cuda_is_available(), "libtorch has no CUDA device");

    private static MultiTaskLoss Losses(TorchNetwork network, RunFolder run) =>
        new(network, new LossWeights(), run.Classes, new LabelWords(run.Words));

    private RunFolder Adapted(string name, long steps)
    {
        if (!Directory.Exists(_folder.File("clip")))
            SmallRuns.Pretrained(_folder.File("clip"), _source);
        return SmallRuns.Adapted(_folder.File(name), _folder.File("clip"), _source, SmallRuns.Options(steps));
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
