// Resources of this process: handles, threads, readers, memory.
using System.Globalization;

namespace StreamActions.TestKit.Fleet;

/// <summary>A snapshot of the resources of this process, from /proc.</summary>
/// <param name="Handles">Open handles without loaded assemblies, which appear at the first use of their code.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Readers">Process ids of its <c>ffmpeg</c> children.</param>
/// <param name="RssBytes">Resident memory of this process without children.</param>
/// <param name="Kinds">The handles by kind: pipe, socket …</param>
internal sealed record Footprint(int Handles, int Threads, IReadOnlyList<int> Readers, long RssBytes, string Kinds)
{
    /// <summary>Takes a snapshot.</summary>
    public static Footprint Now()
    {
        string[] handles = [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(KindOf).OfType<string>()];
        var kinds = handles.GroupBy(kind => kind).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}");
        var threads = Directory.GetFileSystemEntries("/proc/self/task").Length;
        return new(handles.Length, threads, [.. Children("ffmpeg")], RssOf(Environment.ProcessId), string.Join(", ", kinds));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Handles} handles ({Kinds}), {Threads} threads, {Readers.Count} readers, {RssBytes >> 20} MB");

    private static string? KindOf(string handle)
    {
        try
        {
            var target = new FileInfo(handle).LinkTarget?.Split(":[")[0];
            return target is null || target.EndsWith(".dll", StringComparison.Ordinal) ? null : target;
        }
        catch (IOException)
        {
            return null;   // The handle was closed.
        }
    }

    /// <summary>Resident memory of a process in bytes; 0 when it has ended.</summary>
    public static long RssOf(int process)
    {
        try
        {
            var pages = File.ReadAllText($"/proc/{process}/statm").Split(' ')[1];
            return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>
    /// Proportional resident memory of a process in bytes: processes split the pages that they share. 0 when it has ended.
    /// </summary>
    public static long ShareOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Processor time that a process has used; zero when it has ended.</summary>
    public static TimeSpan ProcessorTimeOf(int process)
    {
        try
        {
            // proc(5): the name in parentheses is field 2, the state 3, utime 14 and stime 15, in ticks of 10 ms.
            var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
            return TimeSpan.FromMilliseconds(10 * fields[11..13].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    private static IEnumerable<int> Children(string program)
    {
        foreach (var folder in Directory.GetDirectories("/proc/self/task"))
        {
            string children;
            try
            {
                children = File.ReadAllText(Path.Combine(folder, "children"));
            }
            catch (IOException)
            {
                continue;   // The thread has ended.
            }
            foreach (var id in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var child = int.Parse(id, CultureInfo.InvariantCulture);
                if (NameOf(child) == program)
                    yield return child;
            }
        }
    }

    private static string? NameOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
