// What this process holds: handles, threads, readers, memory.
using System.Globalization;

namespace StreamActions.TestKit.Fleet;

/// <summary>One look at what the kernel says of this process.</summary>
/// <param name="Handles">Open handles, but for loaded assemblies, which come with the first use of their code.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Readers">Its children that are <c>ffmpeg</c>.</param>
/// <param name="RssBytes">Resident memory of this process alone.</param>
/// <param name="Kinds">The handles by what they are: pipe, socket …</param>
internal sealed record Footprint(int Handles, int Threads, IReadOnlyList<int> Readers, long RssBytes, string Kinds)
{
    /// <summary>Looks.</summary>
    public static Footprint Now()
    {
        string[] handles = [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(KindOf).OfType<string>()];
        var kinds = handles.GroupBy(kind => kind).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}");
        return new(handles.Length, Directory.GetFileSystemEntries("/proc/self/task").Length, [.. Children("ffmpeg")], RssOf(Environment.ProcessId), string.Join(", ", kinds));
    }

    /// <summary>For people.</summary>
    public override string ToString() => FormattableString.Invariant($"{Handles} handles ({Kinds}), {Threads} threads, {Readers.Count} readers, {RssBytes >> 20} MB");

    private static string? KindOf(string handle)
    {
        try
        {
            var target = new FileInfo(handle).LinkTarget?.Split(":[")[0];
            return target is null || target.EndsWith(".dll", StringComparison.Ordinal) ? null : target;
        }
        catch (IOException)
        {
            return null;   // Closed meanwhile.
        }
    }

    /// <summary>Resident memory of a process in bytes; 0 when it has gone.</summary>
    public static long RssOf(int process)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>A process's share of resident memory in bytes: pages that several have, such as ffmpeg's code, are divided among them. 0 when it has gone.</summary>
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

    /// <summary>Processor time that a process has used; zero when it has gone.</summary>
    public static TimeSpan ProcessorTimeOf(int process)
    {
        try
        {
            // After the name in parentheses: the state is field 3 of proc(5), utime 14, stime 15, in ticks of 10 ms.
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
                continue;   // A thread that ended meanwhile.
            }
            foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)))
            {
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
