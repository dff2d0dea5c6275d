// Names of models appear in paths, events and metrics: every valid name must be safe there.
using CsCheck;
using StreamActions.Core.Bundles;

namespace StreamActions.Core.Tests.Bundles;

public sealed class BundleNameTests
{
    [Theory]
    [InlineData("demo")]
    [InlineData("7")]
    [InlineData("m2clip-b16_v1.2")]
    public void IsValid_NameMatchingThePattern_IsTrue(string name) => Assert.True(BundleName.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData("Demo")]
    [InlineData(".hidden")]
    [InlineData("-option")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("modell-für-alle")]
    [InlineData("demo\n")]
    public void IsValid_OtherName_IsFalse(string name) => Assert.False(BundleName.IsValid(name));

    [Fact]
    public void IsValid_MoreThan64Characters_IsFalse()
    {
        Assert.True(BundleName.IsValid(new string('a', 64)));
        Assert.False(BundleName.IsValid(new string('a', 65)));
    }

    [Fact]
    public void IsValid_EveryAcceptedName_IsOnePathSegment() =>
        Gen.String[Gen.Char["ab09._-/\\ \n\0A:"], 0, 6].Sample(name =>
            !BundleName.IsValid(name)
            || Path.GetFullPath(Path.Combine("/models", name)) == "/models/" + name && Path.GetFileName(name) == name);
}
