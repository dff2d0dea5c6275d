// A phrase inside the sentence of a template.
using StreamActions.Core.Text;

namespace StreamActions.Core.Tests.Text;

public sealed class PromptTemplateTests
{
    [Theory]
    [InlineData("A video of {}", "A video of a person waves")]
    [InlineData("{}, seen by a camera", "a person waves, seen by a camera")]
    [InlineData("{}", "a person waves")]
    public void Apply_Phrase_ReplacesThePlaceholder(string template, string expected) =>
        Assert.Equal(expected, new PromptTemplate(template).Apply("a person waves"));

    [Fact]
    public void Apply_PhraseWithAPlaceholder_IsNotExpanded() =>
        Assert.Equal("A video of {} and {}", new PromptTemplate("A video of {}").Apply("{} and {}"));

    [Theory]
    [InlineData("")]
    [InlineData("A video")]
    [InlineData("A {label}")]
    [InlineData("{} and {}")]
    public void Constructor_NotExactlyOnePlaceholder_Throws(string template) =>
        Assert.Equal($"prompt template '{template}' must contain exactly one {{}}",
            Assert.Throws<FormatException>(() => new PromptTemplate(template)).Message);

    [Fact]
    public void ToString_Template_ReturnsItsText() => Assert.Equal("A video of {}", new PromptTemplate("A video of {}").ToString());
}
