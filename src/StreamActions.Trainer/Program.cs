// The trainer: makes the models that the worker runs.
using System.CommandLine;
using StreamActions.Trainer.Commands;

// A verb that is stopped ends within a part of a step and saves then: with large networks that takes more than the two seconds it would be given.
return await TrainerCommands.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });
