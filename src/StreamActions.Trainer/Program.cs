// The trainer: makes the models that the worker runs.
using System.CommandLine;
using Spectre.Console;
using StreamActions.Core;
using StreamActions.Trainer.Commands;

NativeEnvironment.SwitchOffTelemetry();

var parsed = TrainerCommands.Parse(args);
// Tables in a file or a pipe need not fit a window, so names in them are not cut.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;
return await parsed.InvokeAsync(new InvocationConfiguration
{
    // A stopped verb finishes the current batch and saves. A large network needs more time for that than the default of two seconds.
    ProcessTerminationTimeout = TimeSpan.FromMinutes(10),
    // RunMessages.GuardAsync prints errors. The default handler would print a bug as one line.
    EnableDefaultExceptionHandler = false,
}).ConfigureAwait(false);
