// The worker's command line.
using System.CommandLine;
using StreamActions.Core;
using StreamActions.Worker;
using StreamActions.Worker.Configuration;

NativeHeap.LimitArenas();
NativeEnvironment.SwitchOffTelemetry();

const string defaultFile = "config/streamactions.yaml";
Option<string> config = new("--config") { Description = "The configuration file.", DefaultValueFactory = _ => defaultFile };
Option<bool> untilEnd = new("--until-end")
{
    Description = "Stop when all recordings have ended. Use it with recordings that do not loop.",
};
Command run = new("run", "Watch the cameras and publish events until Ctrl-C or SIGTERM.") { config, untilEnd };
run.SetAction((result, cancellation) => RunAsync(result, cancellation));

Argument<string> file = new("file") { Description = "The configuration file.", DefaultValueFactory = _ => defaultFile };
Command validate = new("validate", "Check a configuration file. Lists all problems with line and column.") { file };
validate.SetAction(result => ValidateCommand.Run(result.GetValue(file)!, Console.Out));

Argument<string> camera = new("camera") { Description = "The camera's name." };
Command explain = new("explain", "Show the effective settings of a camera and the origin of each value.") { camera, config };
explain.SetAction(result => ExplainCommand.Run(result.GetValue(camera)!, result.GetValue(config)!, Console.Out));

// `run` is the default command.
RootCommand root = new("StreamActions worker: converts camera streams to action events.") { config, untilEnd, run, validate, explain };
root.SetAction((result, cancellation) => RunAsync(result, cancellation));
return await root.Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) }).ConfigureAwait(false);

Task<int> RunAsync(ParseResult result, CancellationToken cancellation) =>
    RunCommand.RunAsync(result.GetValue(config)!, result.GetValue(untilEnd), Console.Error, cancellation);
