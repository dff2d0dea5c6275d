// The message for a missing native library becomes one line. The messages are those of .NET 10.
namespace StreamActions.Video.Tests;

public class OpenCvRuntimeTests
{
    private const string Lead = "Unable to load shared library 'OpenCvSharpExtern' or one of its dependencies. "
        + "In order to help diagnose loading problems, consider using a tool like strace.";

    private const string Missing = "cannot open shared object file: No such file or directory";

    [Theory]
    [InlineData($"{Lead}\nlibatomic.so.1: {Missing}\n/a/OpenCvSharpExtern.so: {Missing}\n", $"libatomic.so.1: {Missing}")]
    [InlineData($"{Lead}\n/a/libOpenCvSharpExtern.so: {Missing}\n", Lead)]
    [InlineData("", "no reason given")]
    public void Reason_LoaderMessage_NamesTheMissingLibrary(string message, string reason) =>
        Assert.Equal(reason, OpenCvRuntime.Reason(message));

    [Fact]
    public void Check_InstalledRuntime_Loads() => OpenCvRuntime.Check();
}
