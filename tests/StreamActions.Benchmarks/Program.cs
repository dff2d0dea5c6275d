// Benchmarks. Usage: dotnet run -c Release --project tests/StreamActions.Benchmarks -- [VERB] --help; without a verb: pipeline.
using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using StreamActions.Benchmarks;
using StreamActions.Core;
using StreamActions.TestKit;
using StreamActions.Worker;
using StreamActions.Worker.Configuration;

// The worker also does these first.
NativeHeap.LimitArenas();
NativeEnvironment.SwitchOffTelemetry();

Option<string> model = new("--model") { Description = "Folder of a model bundle.", DefaultValueFactory = _ => "models/demo" };
Option<int> rounds = new("--rounds") { Description = "Number of rounds.", DefaultValueFactory = _ => 7 };
Command pipeline = new("pipeline", "Windows per second of the pipeline, compared with the bare session.") { model, rounds };
pipeline.SetAction(result => PipelineOverhead.RunAsync(result.GetValue(model)!, result.GetValue(rounds), Console.Out));

Option<int> count = new("--count") { Description = "Cameras.", DefaultValueFactory = _ => 16 };
Option<int> seconds = new("--seconds") { Description = "Length of each measurement in seconds.", DefaultValueFactory = _ => 60 };
Command cameras = new("cameras", "CPU and memory for each camera, compared with ffmpeg alone on the same streams.") { count, seconds };
cameras.SetAction(result => CameraCost.RunAsync(result.GetValue(count), result.GetValue(seconds), Console.Out));

Option<int> soaked = new("--cameras") { Description = "Cameras.", DefaultValueFactory = _ => 8 };
Option<double> minutes = new("--minutes") { Description = "Length in minutes, after all cameras are live.", DefaultValueFactory = _ => 20 };
Option<double> every = new("--fault-every") { Description = "Seconds between faults.", DefaultValueFactory = _ => 60 };
Option<int> seed = new("--seed") { Description = "Seed of the random faults.", DefaultValueFactory = _ => 1 };
Command soak = new("soak", "Cameras with random faults; fails when memory, handles or threads grow, or a camera does not recover.")
{
    soaked, minutes, every, seed,
};
soak.SetAction(result => Soak.RunAsync(
    result.GetValue(soaked),
    TimeSpan.FromMinutes(result.GetValue(minutes)),
    TimeSpan.FromSeconds(result.GetValue(every)),
    result.GetValue(seed),
    Console.Out));

Option<int> steps = new("--steps") { Description = "Steps of each round.", DefaultValueFactory = _ => 40 };
Option<string?> data = new("--data")
{
    Description = "Recordings to decode: a folder with a folder for each class, or a list (docs/data.md). Default: generated clips.",
};
Command training = new("training", "Clips per second of the training loop, compared with forward, backward and optimiser step alone.")
{
    model, data, steps, rounds,
};
training.SetAction(result => TrainingOverhead.RunAsync(
    result.GetValue(model)!, result.GetValue(data), result.GetValue(steps), result.GetValue(rounds), Console.Out));

Option<string?> json = new("--json") { Description = "File for the figures." };
Option<string?> bundle = new("--model")
{
    Description = "Folder of a bundle: measure networks of its sizes, and cameras with it. Default: CLIP ViT-B/16's sizes, no cameras.",
};
Option<bool> peers = new("--peers") { Description = "Also run the window in libtorch, operator by operator." };
Option<int> loadSeconds = new("--seconds") { Description = "Seconds for each number of cameras.", DefaultValueFactory = _ => 60 };
Option<int[]> loads = new("--cameras")
{
    Description = "Numbers of cameras to measure beside 70 % and 120 % of the capacity.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [1, 2, 4, 8, 16],
};
Command inference = new(
    "inference", "Cost of one new window: windows, streams and frames, in fp32 and int8; with a bundle also the cameras that it can watch.")
{
    bundle, peers, rounds, loadSeconds, loads, json,
};
inference.SetAction(result => InferenceCost.RunAsync(
    new(
        result.GetValue(bundle),
        result.GetValue(peers),
        result.GetValue(rounds),
        result.GetValue(loadSeconds),
        result.GetValue(loads)!,
        result.GetValue(json)),
    Console.Out));

Command tables = new("tables", "Write the figures of docs/inference.json into the tables of docs/benchmarks.md.");
tables.SetAction(_ =>
{
    var docs = Path.Combine(RepositoryPaths.Root, "docs");
    var page = Path.Combine(docs, "benchmarks.md");
    File.WriteAllText(page, InferenceTables.Update(File.ReadAllText(page), InferenceReport.Read(Path.Combine(docs, "inference.json"))));
});

Option<string> to = new("--to") { Description = "Folder of the files.", Required = true };
Option<string?> tokenizer = new("--tokenizer")
{
    Description = "Folder with CLIP's vocab.json and merges.txt. Default: a vocabulary of single letters.",
};
Command published = new("published", "Write a CLIP ViT-B/16 with random weights in the form of published weights, for import-clip.")
{
    to, tokenizer,
};
published.SetAction(result => PublishedClip.Write(result.GetValue(to)!, result.GetValue(tokenizer)));

Option<int> watching = new("--cameras") { Description = "Cameras.", DefaultValueFactory = _ => 3 };
Option<double> loadMinutes = new("--minutes") { Description = "Length in minutes.", DefaultValueFactory = _ => 10 };
Option<string?> report = new("--json") { Description = "File of an earlier 'inference' run to which the figures are added." };
Option<string?> film = new("--film") { Description = "Recording that the cameras play in a loop. Default: a test picture." };
Option<ReuseLevel> reuse = new("--reuse") { Description = "Level of inference.reuse; the bundle needs a graph for it." };
Command load = new("load", "The worker with a bundle and RTSP cameras, every sampled frame a window: losses, latencies, memory.")
{
    model, watching, loadMinutes, film, reuse, report,
};
load.SetAction(async result =>
{
    await using var worker = await WorkerLoad.OpenAsync(result.GetValue(model)!, result.GetValue(film), result.GetValue(reuse));
    Console.WriteLine(FormattableString.Invariant($"capacity {worker.Capacity:f1} windows/s; a camera has {worker.CameraRate:f1}"));
    Console.WriteLine(WorkerLoad.Heading);
    var figures = await worker.RunAsync(result.GetValue(watching), TimeSpan.FromMinutes(result.GetValue(loadMinutes)));
    Console.WriteLine(WorkerLoad.Line(figures));
    if (result.GetValue(report) is { } file)
        InferenceReport.Read(file).With(figures).Write(file);
});

Option<string> recordings = new("--recordings")
{
    Description = "Folder of recordings (.mp4), searched with its folders.",
    Required = true,
};
Option<int> most = new("--most") { Description = "Most recordings, spread over the folder.", DefaultValueFactory = _ => 50 };
Command effect = new("reuse", "What each level of inference.reuse saves and changes on recordings.") { model, recordings, most };
effect.SetAction(result => ReuseEffect.RunAsync(
    result.GetValue(model)!, result.GetValue(recordings)!, result.GetValue(most), Console.Out));

Option<string> filter = new("--filter") { Description = "Pattern of the benchmarks to run.", DefaultValueFactory = _ => "*" };
Command micro = new("micro", "Time and memory of the pure parts that every frame and every observation passes (BenchmarkDotNet).")
{
    filter,
};
// In this process: BenchmarkDotNet's own projects would not find the internal types.
micro.SetAction(result =>
{
    var config = ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "streamactions-micro"));
    _ = BenchmarkSwitcher.FromAssembly(typeof(InferenceCost).Assembly).Run(["--filter", result.GetValue(filter)!], config);
});

// The default verb is pipeline.
RootCommand root = new("Benchmarks of StreamActions.")
{
    model, rounds, pipeline, cameras, load, soak, training, inference, tables, micro, published, effect,
};
root.SetAction(result => PipelineOverhead.RunAsync(result.GetValue(model)!, result.GetValue(rounds), Console.Out));
return await root.Parse(args).InvokeAsync();
