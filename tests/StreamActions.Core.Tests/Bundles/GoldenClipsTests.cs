// Golden clips: written and read without loss, compared without missing a difference.
using CsCheck;
using StreamActions.Core.Bundles;

namespace StreamActions.Core.Tests.Bundles;

public sealed class GoldenClipsTests : IDisposable
{
    private readonly TinyBundle _bundle = new();

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void Read_AfterWrite_ReturnsTheSameBits()
    {
        var read = GoldenClips.Read(ModelBundle.Open(_bundle.Folder));

        Assert.Equal(TinyBundle.Golden.Clips, read.Clips);
        Assert.Equal(TinyBundle.Golden.Phrases, read.Phrases);
        Assert.Equal(TinyBundle.Golden.TextEmbeddings, read.TextEmbeddings);
        Assert.Equal(TinyBundle.Golden.VideoEmbeddings, read.VideoEmbeddings);
        Assert.Equal(TinyBundle.Golden.ClassLogits, read.ClassLogits);
    }

    public static TheoryData<string, Func<GoldenClips, GoldenClips>> Misshapen => new()
    {
        { "one byte missing", g => g with { Clips = g.Clips[..^1] } },
        { "no clip", g => g with { Clips = [], VideoEmbeddings = [], ClassLogits = [] } },
        { "embedding too short", g => g with { VideoEmbeddings = [[1f], [1f, 0f]] } },
        { "logits of another model", g => g with { ClassLogits = [[1f, 2f], [1f, 2f]] } },
        { "logits of one clip of two", g => g with { ClassLogits = [[1f]] } },
        { "no phrase", g => g with { Phrases = [], TextEmbeddings = [] } },
        { "phrase without embedding", g => g with { Phrases = ["a", "b"] } },
    };

    [Theory]
    [MemberData(nameof(Misshapen))]
    public void Read_ShapesOtherThanTheManifest_NamesTheFile(string what, Func<GoldenClips, GoldenClips> change)
    {
        change(TinyBundle.Golden).Write(_bundle.Folder);
        _bundle.Seal(m => m);

        AssertRefused("do not have the manifest's shapes", what);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{ "phrases": ["a"] }""")]
    [InlineData("""{ "phrases": null, "textEmbeddings": [], "videoEmbeddings": [], "classLogits": [] }""")]
    public void Read_MalformedJson_NamesTheFile(string text)
    {
        File.WriteAllText(_bundle.PathOf(ModelBundle.GoldenExpectedFile), text);
        _bundle.Seal(m => m);

        AssertRefused("not readable", text);
    }

    [Fact]
    public void Deviation_OneNumberShifted_IsTheShift() =>
        Gen.Select(Gen.Float[-4, 4].Array[1, 6].Array[1, 4], Gen.Int[0, 999], Gen.Float[0.125f, 8]).Sample((expected, place, shift) =>
        {
            float[][] actual = [.. expected.Select(row => (float[])row.Clone())];
            var row = actual[place % actual.Length];
            row[place % row.Length] += shift;
            Assert.Equal(0, GoldenClips.Deviation(expected, expected));
            Assert.Equal(shift, GoldenClips.Deviation(actual, expected), 1e-5);
            Assert.Equal(shift, GoldenClips.Deviation(expected, actual), 1e-5);
        });

    public static TheoryData<string, float[][]> Incomparable => new()
    {
        { "a row missing", [[1f, 2f]] },
        { "a number missing", [[1f, 2f], [3f]] },
        { "NaN", [[1f, 2f], [3f, float.NaN]] },
        { "infinity", [[1f, 2f], [3f, float.NegativeInfinity]] },
        { "nothing", [] },
    };

    [Theory]
    [MemberData(nameof(Incomparable))]
    public void Deviation_MissingOrNotFiniteNumber_IsInfinite(string what, float[][] actual) =>
        Assert.Equal((what, double.PositiveInfinity), (what, GoldenClips.Deviation(actual, [[1f, 2f], [3f, 4f]])));

    private void AssertRefused(string expected, string what)
    {
        var error = Assert.Throws<BundleException>(() => GoldenClips.Read(ModelBundle.Open(_bundle.Folder)));
        Assert.StartsWith(_bundle.PathOf(ModelBundle.GoldenExpectedFile), error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Contains(expected, StringComparison.Ordinal), $"{what}: {error.Message}");
        Assert.EndsWith("export the model again", error.Message, StringComparison.Ordinal);
    }
}
