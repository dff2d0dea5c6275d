// Runs one test of an assembly in a child process, so that another test can kill it.
using System.Diagnostics;
using System.Reflection;

namespace StreamActions.TestKit;

/// <summary>Starts such processes. The test must be explicit, and reads its input from an environment variable.</summary>
public static class ChildTest
{
    /// <summary>Starts the process.</summary>
    /// <param name="assembly">The test assembly; it must be the running program.</param>
    /// <param name="test">Name of the test method.</param>
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
        // Under "dotnet exec" the process is dotnet itself and needs the path of the assembly.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(assembly.Location);
        foreach (var argument in (string[])["-explicit", "only", "-method", $"*.{test}"])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
