// What .NET says of a library that is not there becomes one line; the message is the one that .NET 10 really gives.
namespace StreamActions.Video.Tests;

public class OpenCvRuntimeTests
{
    private const string Lead = "Unable to load shared library 'OpenCvSharpExtern' or one of its dependencies. In order to help diagnose loading problems, consider using a tool like strace.";

    [Theory]
    [InlineData(Lead + "\nlibatomic.so.1: cannot open shared object file: No such file or directory\n/a/OpenCvSharpExtern.so: cannot open shared object file: No such file or directory\n",
        "libatomic.so.1: cannot open shared object file: No such file or directory")]
    [InlineData(Lead + "\n/a/libOpenCvSharpExtern.so: cannot open shared object file: No such file or directory\n", Lead)]
    [InlineData("", "no reason given")]
    public void Reason_LoaderMessage_NamesTheMissingLibrary(string message, string reason) => Assert.Equal(reason, OpenCvRuntime.Reason(message));

    [Fact]
    public void Check_HereWhereTestsRun_Loads() => OpenCvRuntime.Check();
}
