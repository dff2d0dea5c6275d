// This test assembly as a program that reads a recording until it is killed: see ReaderProcessTests.
using System.Runtime.CompilerServices;

namespace StreamActions.Video.Tests;

internal static class KilledHost
{
    /// <summary>Names the recording; makes the test program such a host.</summary>
    public const string Variable = "STREAMACTIONS_TEST_HOST_READS";

    [ModuleInitializer]
#pragma warning disable CA2255 // A test program has no Main of its own to put this into.
    internal static void Run()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } recording)
            return;
        // Synchronously: until this returns, no other thread may run code of this assembly.
        var options = new SourceOptions { Address = recording, Kind = MediaKind.File, SampleFps = 12, Loop = true };
        var frames = new FfmpegSource(options, TimeProvider.System).ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        while (frames.MoveNextAsync().AsTask().GetAwaiter().GetResult())
        {
            frames.Current.Dispose();
            Console.WriteLine("reading");
        }
    }
}
