// Runs a program and returns its output.
using System.ComponentModel;
using System.Diagnostics;

namespace StreamActions.TestKit.Kafka;

/// <summary>Runs programs.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end and returns its standard output, trimmed.</summary>
    /// <exception cref="BrokerUnavailableException">The program is missing or ended with an error.</exception>
    public static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new BrokerUnavailableException($"{program}: {e.Message}");
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new BrokerUnavailableException(
                    $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {(await errors).Trim()}");
            }
            return (await output).Trim();
        }
    }
}
