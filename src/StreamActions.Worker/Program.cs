// The worker: cameras in, action events out.
using System.CommandLine;
using StreamActions.Worker;
using StreamActions.Worker.Configuration;

NativeHeap.LimitArenas();

const string defaultFile = "config/streamactions.yaml";
Option<string> config = new("--config") { Description = "The operator's file.", DefaultValueFactory = _ => defaultFile };
Option<bool> untilEnd = new("--until-end") { Description = "Stop when every recording is over: for recordings that do not loop." };
Command run = new("run", "Watch the cameras and publish events, until Ctrl-C or SIGTERM.") { config, untilEnd };
run.SetAction((result, cancellation) => RunCommand.RunAsync(result.GetValue(config)!, result.GetValue(untilEnd), Console.Error, cancellation));

Argument<string> file = new("file") { Description = "The operator's file.", DefaultValueFactory = _ => defaultFile };
Command validate = new("validate", "Check an operator's file; says everything that is wrong, with line and column.") { file };
validate.SetAction(result => ValidateCommand.Run(result.GetValue(file)!, Console.Out));

Argument<string> camera = new("camera") { Description = "The camera's name." };
Command explain = new("explain", "Show what is in force for a camera, and where each value comes from.") { camera, config };
explain.SetAction(result => ExplainCommand.Run(result.GetValue(camera)!, result.GetValue(config)!, Console.Out));

// Without a verb it runs.
RootCommand root = new("StreamActions worker: turns camera streams into action events.") { config, untilEnd, run, validate, explain };
root.SetAction((result, cancellation) => RunCommand.RunAsync(result.GetValue(config)!, result.GetValue(untilEnd), Console.Error, cancellation));
return await root.Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
