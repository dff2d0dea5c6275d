// Variables for native libraries, and the programs that switch off the telemetry of ONNX Runtime.
using System.Diagnostics;
using StreamActions.TestKit;

namespace StreamActions.Core.Tests;

public sealed class NativeEnvironmentTests
{
    /// <summary>.NET keeps its own copy of the environment, which native code does not see.</summary>
    [Fact]
    public void Set_Variable_IsSeenByNativeCode()
    {
        Environment.SetEnvironmentVariable("STREAMACTIONS_TEST_MANAGED", "1");

        Assert.True(NativeEnvironment.Set("STREAMACTIONS_TEST_NATIVE", "caf\u00e9"));
        Assert.Equal("caf\u00e9", NativeEnvironment.Get("STREAMACTIONS_TEST_NATIVE"));
        Assert.Null(NativeEnvironment.Get("STREAMACTIONS_TEST_MANAGED"));
    }

    /// <summary>The first statement: ONNX Runtime reads the variable at its first call.</summary>
    [Theory]
    [InlineData("src/StreamActions.Worker")]
    [InlineData("src/StreamActions.Trainer")]
    [InlineData("tests/StreamActions.Benchmarks")]
    [InlineData("tests/StreamActions.DeviceCheck")]
    public void Programs_WithOnnxRuntime_SwitchOffTelemetryFirst(string project)
    {
        string[] statements =
        [
            .. File.ReadLines(Path.Combine(RepositoryPaths.Root, project, "Program.cs"))
                .Where(line => line.Contains("();", StringComparison.Ordinal) || line.Contains('=', StringComparison.Ordinal)),
        ];

        Assert.Contains($"{nameof(NativeEnvironment)}.{nameof(NativeEnvironment.SwitchOffTelemetry)}();", statements.Take(2));
    }

    [Fact]
    public void IdentityOf_FileReplaced_Changes()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("a"), "");
        File.WriteAllText(folder.File("b"), "");
        var first = FileKinds.IdentityOf(folder.File("a"));

        Assert.NotNull(first);
        Assert.Equal(first, FileKinds.IdentityOf(folder.File("a")));
        File.Move(folder.File("b"), folder.File("a"), overwrite: true);
        Assert.NotEqual(first, FileKinds.IdentityOf(folder.File("a")));
        Assert.Null(FileKinds.IdentityOf(folder.File("b")));
    }

    [Fact]
    public void Of_Paths_TellsTheirKinds()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("a"), "");
        File.CreateSymbolicLink(folder.File("link"), folder.File("a"));
        using (var mkfifo = Process.Start("mkfifo", [folder.File("pipe")]))
            mkfifo.WaitForExit();

        Assert.Equal(
            [FileKind.Regular, FileKind.Regular, FileKind.Folder, FileKind.Other, FileKind.Other, FileKind.Missing],
            ((string[])[folder.File("a"), folder.File("link"), folder.Path, folder.File("pipe"), "/dev/null", folder.File("none")])
                .Select(FileKinds.Of));
    }
}
