// A test of a test assembly, run alone in a process of its own: what another test then kills.
using System.Diagnostics;
using System.Reflection;

namespace StreamActions.TestKit;

/// <summary>Starts such processes. The test is explicit, so that nothing else runs it, and is told by an environment variable what to work on.</summary>
public static class ChildTest
{
    /// <summary>Starts it.</summary>
    /// <param name="assembly">The test assembly, which must be the running program's.</param>
    /// <param name="test">Name of the test's method.</param>
    /// <param name="variable">The environment variable that the test reads.</param>
    /// <param name="value">Its value.</param>
    public static Process Start(Assembly assembly, string test, string variable, string value)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [variable] = value },
        };
        // Under "dotnet exec" the process is dotnet itself and wants to be told what to run.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(assembly.Location);
        foreach (var argument in (string[])["-explicit", "only", "-method", $"*.{test}"])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
