// Hidden values appear in no text, and short ones do not damage unrelated words.
using CsCheck;
using StreamActions.Core.Text;

namespace StreamActions.Core.Tests.Text;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("hunter2-hunter2", "xhunter2-hunter2y", "x***y")]
    [InlineData("p@ss/w#rd", "failed: p%40ss%2Fw%23rd", "failed: ***")]
    [InlineData("Found", "404 Not Found", "404 Not ***")]
    [InlineData("Found", "Foundation, not Founded", "Foundation, not Founded")]
    [InlineData("cam1", "camera cam12 and cam1", "camera cam12 and ***")]
    [InlineData("a", "a camera at a host", "a camera at a host")]
    [InlineData("a", "rtsp://u:a@h/?key=a 'a'", "rtsp://u:***@h/?key=*** '***'")]
    [InlineData("one\ntwo-two-two", "line two-two-two", "line ***")]
    public void Redact_Text_HidesTheValue(string value, string text, string shown) =>
        Assert.Equal(shown, new Secrets([value]).Redact(text));

    [Fact]
    public void Redact_LongValueAnywhere_IsHidden() =>
        Gen.Select(Gen.String[Gen.Char['!', '~'], 8, 20], Gen.String[Gen.Char['a', 'z'], 0, 5]).Sample((value, around) =>
            Assert.DoesNotContain(value, new Secrets([value]).Redact(around + value + around), StringComparison.Ordinal));

    [Fact]
    public void Redact_ValueInsideAnother_HidesTheLongerOne() =>
        Assert.Equal("*** ***", new Secrets(["hunter2-", "hunter2-hunter3"]).Redact("hunter2-hunter3 hunter2-"));
}
