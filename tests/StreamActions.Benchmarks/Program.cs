// Benchmarks. Usage: dotnet run -c Release --project tests/StreamActions.Benchmarks -- [pipeline|cameras|soak|training|inference] --help
using System.CommandLine;
using StreamActions.Benchmarks;
using StreamActions.Worker;

// The worker also does this first.
NativeHeap.LimitArenas();

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

Option<string?> json = new("--json") { Description = "File for the seconds per new window on one thread." };
Command inference = new("inference", "Cost of one new window at the size of CLIP ViT-B/16: windows, streams and frames, in fp32 and int8.")
{
    rounds, json,
};
inference.SetAction(result => InferenceCost.Run(result.GetValue(rounds), result.GetValue(json), Console.Out));

// The default verb is pipeline.
RootCommand root = new("Benchmarks of StreamActions.") { model, rounds, pipeline, cameras, soak, training, inference };
root.SetAction(result => PipelineOverhead.RunAsync(result.GetValue(model)!, result.GetValue(rounds), Console.Out));
return await root.Parse(args).InvokeAsync();
