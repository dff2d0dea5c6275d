// The trainer: makes the models that the worker runs.
using System.CommandLine;
using System.CommandLine.Invocation;
using Spectre.Console;
using StreamActions.Trainer.Commands;

var parsed = TrainerCommands.Create().Parse(args);
// The message says what is wrong; pages of help and guesses after it would hide that.
if (parsed.Action is ParseErrorAction wrong)
    (wrong.ShowHelp, wrong.ShowTypoCorrections) = (false, false);
// Nobody's window is that narrow in a file or a pipe: names in tables stay whole.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;
// A verb that is stopped ends within a part of a step and saves then: with large networks that takes more than the two seconds it would be
// given.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });
