// Facts about a process from /proc.
using System.Globalization;

namespace StreamActions.Video.Tests;

internal static class ProcessFacts
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>The arguments, as every user of the machine can see them.</summary>
    public static string CommandLine(int id) => File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');

    /// <summary>The program that runs under this id, or null when no process has it (a zombie counts as a process).</summary>
    public static string? Name(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/comm").Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The child of a process that runs this program.</summary>
    public static int ChildOf(int id, string program) => Directory.GetDirectories($"/proc/{id}/task")
        .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(child => int.Parse(child, CultureInfo.InvariantCulture))
        .Single(child => Name(child) == program);

    /// <summary>Waits until the condition holds, at most 30 s.</summary>
    public static async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var deadline = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, otherwise);
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Open handles and threads of this process.</summary>
    public static (int Handles, int Threads) OfThisProcess() =>
        (Directory.GetFileSystemEntries("/proc/self/fd").Length, Directory.GetFileSystemEntries("/proc/self/task").Length);
}
