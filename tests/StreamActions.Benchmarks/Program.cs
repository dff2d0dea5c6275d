// Performance claims, as ratios taken in one run: dotnet run -c Release --project tests/StreamActions.Benchmarks -- [MODEL] [ROUNDS]
using System.Globalization;
using StreamActions.Benchmarks;

var model = args.Length > 0 ? args[0] : "models/demo";
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 7;
await PipelineOverhead.RunAsync(model, rounds, Console.Out);
