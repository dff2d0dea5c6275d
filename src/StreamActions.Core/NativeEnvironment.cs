// Environment variables for native libraries of this process.
using System.Runtime.InteropServices;

namespace StreamActions.Core;

/// <summary>
/// Sets variables that native libraries read. <see cref="Environment.SetEnvironmentVariable(string, string?)"/> changes a copy that only
/// .NET reads.
/// </summary>
public static partial class NativeEnvironment
{
    /// <summary>Sets a variable. Call it before other threads start: the C library does not guard its variables.</summary>
    /// <returns>False without glibc.</returns>
    public static bool Set(string name, string value)
    {
        try
        {
            return setenv(name, value, 1) == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>A variable as native libraries read it; null if it is not set.</summary>
    public static string? Get(string name) => Marshal.PtrToStringUTF8(getenv(name));

    /// <summary>
    /// Switches off the telemetry of ONNX Runtime, which looks up a host on the internet and writes files into the user's cache folder.
    /// Call it before the first call of the runtime, which reads the variable once.
    /// </summary>
    /// <returns>False without glibc.</returns>
    public static bool SwitchOffTelemetry() => Set("ORT_DISABLE_TELEMETRY", "1");

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getenv(string name);
}
