// The trainer: makes the models that the worker runs.
using System.CommandLine;
using System.CommandLine.Invocation;
using Spectre.Console;
using StreamActions.Trainer.Commands;

var parsed = TrainerCommands.Create().Parse(args);
// The message says what is wrong. Pages of help and guesses after it would hide it.
if (parsed.Action is ParseErrorAction wrong)
    (wrong.ShowHelp, wrong.ShowTypoCorrections) = (false, false);
// Tables in a file or a pipe need not fit a window: names in them stay whole.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;
return await parsed.InvokeAsync(new InvocationConfiguration
{
    // A verb that is stopped finishes a part of a step and saves. A large network needs more for that than the default of two seconds.
    ProcessTerminationTimeout = TimeSpan.FromMinutes(10),
    // RunMessages.GuardAsync prints errors. The default handler would print a bug as one line.
    EnableDefaultExceptionHandler = false,
}).ConfigureAwait(false);
