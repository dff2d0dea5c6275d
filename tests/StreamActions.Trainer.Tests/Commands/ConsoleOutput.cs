// What a verb says, caught: the console is one for the whole process, so tests that use this run alone.
namespace StreamActions.Trainer.Tests.Commands;

/// <summary>Catches standard output and standard error until it is disposed of.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class ConsoleOutput : IDisposable
{
    /// <summary>The collection of tests that catch the console's output.</summary>
    public const string Collection = "console output";

    private readonly TextWriter _formerOut = Console.Out, _formerError = Console.Error;
    private readonly StringWriter _out = new(), _error = new();

    public ConsoleOutput()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
    }

    /// <summary>Standard output so far.</summary>
    public string Out => _out.ToString();

    /// <summary>Standard error so far.</summary>
    public string Error => _error.ToString();

    public void Dispose()
    {
        Console.SetOut(_formerOut);
        Console.SetError(_formerError);
    }
}
