// Claims about performance and endurance, measured: dotnet run -c Release --project tests/StreamActions.Benchmarks -- [pipeline|cameras|soak|training] --help
using System.CommandLine;
using StreamActions.Benchmarks;
using StreamActions.Worker;

// As the worker does first of all.
NativeHeap.LimitArenas();

Option<string> model = new("--model") { Description = "A bundle.", DefaultValueFactory = _ => "models/demo" };
Option<int> rounds = new("--rounds") { Description = "Rounds of both.", DefaultValueFactory = _ => 7 };
Command pipeline = new("pipeline", "Windows a second behind collector and batches, against the session alone.") { model, rounds };
pipeline.SetAction(result => PipelineOverhead.RunAsync(result.GetValue(model)!, result.GetValue(rounds), Console.Out));

Option<int> count = new("--count") { Description = "Cameras.", DefaultValueFactory = _ => 16 };
Option<int> seconds = new("--seconds") { Description = "How long each is measured.", DefaultValueFactory = _ => 60 };
Command cameras = new("cameras", "Processor and memory a camera, beside ffmpeg alone reading the same streams.") { count, seconds };
cameras.SetAction(result => CameraCost.RunAsync(result.GetValue(count), result.GetValue(seconds), Console.Out));

Option<int> soaked = new("--cameras") { Description = "Cameras.", DefaultValueFactory = _ => 8 };
Option<double> minutes = new("--minutes") { Description = "How long, after all are live.", DefaultValueFactory = _ => 20 };
Option<double> every = new("--fault-every") { Description = "Seconds from one fault to the next.", DefaultValueFactory = _ => 60 };
Option<int> seed = new("--seed") { Description = "Which faults befall whom.", DefaultValueFactory = _ => 1 };
Command soak = new("soak", "Faults befall cameras at random; fails when memory, handles or threads grow, or a camera does not come back.") { soaked, minutes, every, seed };
soak.SetAction(result => Soak.RunAsync(
    result.GetValue(soaked), TimeSpan.FromMinutes(result.GetValue(minutes)), TimeSpan.FromSeconds(result.GetValue(every)), result.GetValue(seed), Console.Out));

Option<int> steps = new("--steps") { Description = "Steps a round.", DefaultValueFactory = _ => 40 };
Option<string?> data = new("--data") { Description = "Recordings to decode: a folder with a folder per class, or a list (docs/data.md). Generated clips unless given." };
Command training = new("training", "Clips a second of the training loop, against forward, backward and step alone.") { model, data, steps, rounds };
training.SetAction(result => TrainingOverhead.RunAsync(result.GetValue(model)!, result.GetValue(data), result.GetValue(steps), result.GetValue(rounds), Console.Out));

// Without a verb, the pipeline.
RootCommand root = new("Claims about performance and endurance, measured.") { model, rounds, pipeline, cameras, soak, training };
root.SetAction(result => PipelineOverhead.RunAsync(result.GetValue(model)!, result.GetValue(rounds), Console.Out));
return await root.Parse(args).InvokeAsync();
