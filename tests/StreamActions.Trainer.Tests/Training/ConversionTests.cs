// Conversion of a bidirectional model to a causal one: imitation of the teacher, what stays fixed, resuming, and refusals.
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Tests.Commands;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Training;

[Collection(ConsoleOutput.Collection)]
public sealed class ConversionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MovingBarSource _source = new(4, 16);

    public void Dispose() => _folder.Dispose();

    private string In(string name) => _folder.File(name);

    private async Task<RunFolder> TrainedAsync(string name, long steps)
    {
        SmallRuns.Pretrained(In("clip"), _source);
        var run = SmallRuns.Adapted(In(name), In("clip"), _source, SmallRuns.Options(steps));
        await new TrainingLoop(run, _source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        return run;
    }

    private static TrainingOptions Options(long steps) => ConvertCommand.Defaults with { Steps = steps, Batch = 16, WarmUp = 5 };

    private RunFolder Convert(RunFolder before, string name, TrainingOptions options) =>
        RunFolder.Convert(In(name), StartingPoint.Open(In("before")), options, before.Classes);

    [Fact]
    public async Task RunAsync_Converted_IsNearerToTeacherThanSwitched()
    {
        var run = Convert(await TrainedAsync("before", 200), "after", Options(80));
        using var teacher = run.LoadTeacher()!;
        using var switched = run.LoadSwitched();
        List<double> losses = [];
        await new TrainingLoop(run, _source).RunAsync(s => losses.Add(s.Parts["distillation"]), (_, _) => { }, CancellationToken.None);
        using var converted = run.LoadNetwork();

        Assert.Equal((TemporalMode.Causal, TemporalMode.Bidirectional), (converted.Config.Temporal, teacher.Config.Temporal));
        Assert.True(losses.TakeLast(10).Average() < losses.Take(10).Average() / 2);
        // On a stream that begins and on one that has run for some time.
        foreach (var earlier in new[] { 0, 4 })
        {
            var (far, near) = (Distance(switched, teacher, earlier), Distance(converted, teacher, earlier));
            Assert.True(near < far / 2, $"{earlier} warm-up frames: distance {near} after the conversion, {far} of a mere switch");
        }
        var report = Evaluator.Run(converted, _source.Evaluation(perClass: 50, earlier: 4)[0]);
        Assert.InRange(report.TimeOrder!.Ordered.Value, 0.9, 1);
        Assert.InRange(report.WarmedUp!.Ordered!.Value, 0.9, 1);
    }

    [Fact]
    public async Task RunAsync_Converted_TrainsVisionAdaptersAndHeadOnly()
    {
        var run = Convert(SmallRuns.Shaken(await TrainedAsync("before", 0)), "after", Options(2));
        using var switched = run.LoadSwitched();
        await new TrainingLoop(run, _source).RunAsync(_ => { }, (_, _) => { }, CancellationToken.None);
        using var converted = run.LoadNetwork();
        var (start, end) = (switched.Parameters.Export(), converted.Parameters.Export());
        string[] changed = [.. start.Keys.Where(name => !start[name].Values.SequenceEqual(end[name].Values))];
        Assert.Contains("visual.adapter_fc.weight", changed);
        Assert.Contains("visual.transformer.resblocks.0.adapter_pre_mlp.conv.weight", changed);
        Assert.All(changed, name => Assert.True(
            name.StartsWith("visual.", StringComparison.Ordinal) && name.Contains("adapter", StringComparison.Ordinal), name));
    }

    [Fact]
    public async Task RunAsync_StoppedAndResumed_GivesSameLosses()
    {
        var before = SmallRuns.Shaken(await TrainedAsync("before", 0));
        List<double> whole = [], parts = [];
        await new TrainingLoop(Convert(before, "whole", Options(6)), _source)
            .RunAsync(s => whole.Add(s.Loss), (_, _) => { }, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        await new TrainingLoop(Convert(before, "parts", Options(6)), _source).RunAsync(s =>
        {
            parts.Add(s.Loss);
            if (s.Step == 3)
                stop.Cancel();
        }, (_, _) => { }, stop.Token);
        var resumed = RunFolder.Open(In("parts"));
        Assert.Equal(3, resumed.LatestStep());
        await new TrainingLoop(resumed, _source).RunAsync(s => parts.Add(s.Loss), (_, _) => { }, CancellationToken.None);
        Assert.Equal(whole.Count, parts.Count);
        for (var i = 0; i < whole.Count; i++)
            Assert.Equal(whole[i], parts[i], 1e-4);
    }

    [Fact]
    public async Task LoadTeacher_FileMissing_IsRefused()
    {
        var run = Convert(await TrainedAsync("before", 0), "after", Options(1));
        File.Delete(run.In("teacher/weights.safetensors"));
        Assert.Contains("this run has no teacher/weights.safetensors", Assert.Throws<TrainerException>(() => run.LoadTeacher()).Message,
            StringComparison.Ordinal);
        Assert.Null(RunFolder.Open(In("before")).LoadTeacher());
    }

    // Mean of 1 − cos on held-out clips. The teacher sees no warm-up frames.
    private float Distance(TorchNetwork network, TorchNetwork teacher, int earlier)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        byte[][] Clips(int frames) => [.. _source.Evaluation(perClass: 30, frames)[0].Clips.Select(c => c.Views[0])];
        return 1 - (network.EncodeVideo(network.Pixels(Clips(earlier))).Embedding
            * teacher.EncodeVideo(teacher.Pixels(Clips(0))).Embedding).sum(-1).mean().item<float>();
    }

    [Fact]
    public void Convert_RunOnGeneratedData_ReportsCostAndResumes()
    {
        var model = MakeModel();
        string[] arguments = ["--run", model, "--to", In("causal"), "--temporal", "causal", "--batch", "4", "--per-class", "1",
            "--device", "cpu", "--steps"];
        Assert.Equal(0, Invoke([.. arguments, "2"]));
        var run = RunFolder.Open(In("causal"));
        Assert.Equal((TemporalMode.Causal, 2L), (run.Config.Temporal, run.LatestStep()));
        // The old run's data and seed.
        Assert.Equal(
            "convert --run model --to causal --temporal causal --steps 2 --batch 4 --rate 0.002 --warm-up 0 --seed 7",
            RunSettings.Command(In("causal"), run.Options));
        var before = ReportFile.Open(run.In(ConvertCommand.BeforeFile));
        var switched = ReportFile.Open(run.In(ConvertCommand.SwitchedFile));
        Assert.Null(before.Sets[0].WarmedUp);
        Assert.NotNull(before.Sets[0].ByClassifier);
        Assert.NotNull(switched.Sets[0].WarmedUp);
        Assert.NotNull(ReportFile.Open(In("causal")).Sets[0].WarmedUp);
        Assert.Contains("\"switched\":", File.ReadAllText(run.In(ConvertCommand.ConversionFile)), StringComparison.Ordinal);

        Assert.Equal(0, Invoke([.. arguments, "3"]));
        Assert.Equal(3, RunFolder.Open(In("causal")).LatestStep());
        Assert.Contains("--seed was 7", Refusal([.. arguments, "3", "--seed", "2"]), StringComparison.Ordinal);
        Assert.Contains(
            "converts 'model'; name that model", Refusal(["--run", In("clip"), "--to", In("causal")]), StringComparison.Ordinal);
        Assert.Equal(1, TrainCommand.Create().Parse(["--run", In("causal")]).Invoke());
    }

    [Theory]
    [InlineData("", "--temporal: not given; name the new mode: --temporal causal")]
    [InlineData("--temporal bidirectional", "--temporal bidirectional: 'convert' makes causal models only")]
    [InlineData("--temporal causal --labels labels.csv", "--labels: only for recordings")]
    [InlineData("--temporal causal --per-class 0", "--per-class 0: must be at least 1")]
    [InlineData("--temporal causal --to model", "--to model: this folder holds a run of 'train'; choose another folder")]
    [InlineData("--temporal causal --to bundle", "--to bundle: this folder holds a bundle; name a new folder for the run")]
    [InlineData("--temporal causal --run missing", "--run missing: neither a run nor a bundle")]
    [InlineData("--temporal causal --run clip", "--run clip: this model has no adapters in its vision branch")]
    [InlineData("--temporal causal --run text", "--run text: this model has no adapters in its vision branch")]
    [InlineData("--temporal causal --run causal", "--run causal: this model is causal already; export it as it is")]
    public void Convert_UnsuitableModelOrOption_IsRefused(string options, string message)
    {
        MakeModel();
        var source = new GeneratedClipSource(SmallRuns.Clip);
        SmallRuns.Adapted(In("text"), In("clip"), source, SmallRuns.Options(1), AdapterPlaces.Text);
        SmallRuns.Adapted(In("causal"), In("clip"), source, SmallRuns.Options(1) with { Temporal = TemporalMode.Causal });
        Directory.CreateDirectory(In("bundle"));
        File.WriteAllText(In("bundle/manifest.json"), "{}");
        List<string> words = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        foreach (var (option, folder) in new[] { ("--run", "model"), ("--to", "new") })
        {
            if (words.IndexOf(option) is >= 0 and var at)
                words[at + 1] = In(words[at + 1]);
            else
                words.AddRange([option, In(folder)]);
        }
        Assert.Contains(message, Refusal([.. words]).Replace(In("") + "/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("new")));
    }

    private static int Invoke(string[] words) => ConvertCommand.Create().Parse(words).Invoke();

    private static string Refusal(string[] words)
    {
        using var console = new ConsoleOutput();
        Assert.Equal(1, Invoke(words));
        return console.Error;
    }

    private string MakeModel()
    {
        SmallRuns.Pretrained(In("clip"), _source);
        SmallRuns.Adapted(
            In("model"), In("clip"), new GeneratedClipSource(SmallRuns.Clip), SmallRuns.Options(1) with { Seed = 7 });
        return In("model");
    }
}
