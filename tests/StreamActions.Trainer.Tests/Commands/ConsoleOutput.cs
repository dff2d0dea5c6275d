// Captures console output of a verb. The console is shared by the process, so these tests do not run in parallel.
namespace StreamActions.Trainer.Tests.Commands;

/// <summary>Captures standard output and standard error until disposal.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class ConsoleOutput : IDisposable
{
    /// <summary>The test collection of classes that capture console output.</summary>
    public const string Collection = "console output";

    private readonly TextWriter _originalOut = Console.Out, _originalError = Console.Error;
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
        Console.SetOut(_originalOut);
        Console.SetError(_originalError);
    }
}
