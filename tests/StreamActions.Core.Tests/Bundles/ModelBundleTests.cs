// Opening a bundle refuses every file that differs from the exported one.
using StreamActions.Core.Bundles;

namespace StreamActions.Core.Tests.Bundles;

public sealed class ModelBundleTests : IDisposable
{
    private readonly TinyBundle _bundle = new();

    public void Dispose() => _bundle.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/../tiny")]
    public void Open_CompleteBundle_ReturnsManifestAndPaths(string suffix)
    {
        var opened = ModelBundle.Open(_bundle.Folder + suffix);

        Assert.Equal("tiny", opened.Manifest.Name);
        Assert.Equal(_bundle.PathOf(ModelBundle.WindowGraph), opened.PathOf(ModelBundle.WindowGraph));
        Assert.Equal(ModelBundle.Hash(File.ReadAllBytes(_bundle.PathOf(ModelBundle.ManifestFile))), opened.Sha256);
    }

    [Fact]
    public void Open_LinkToTheFolder_Opens()
    {
        var link = _bundle.Folder + "-current";
        Directory.CreateSymbolicLink(link, _bundle.Folder);

        Assert.Equal("tiny", ModelBundle.Open(link).Manifest.Name);
    }

    [Fact]
    public void Open_OneFileChanged_ChangesTheBundleHash()
    {
        var before = ModelBundle.Open(_bundle.Folder).Sha256;
        File.AppendAllText(_bundle.PathOf(ModelBundle.Merges), "a b\n");
        _bundle.Seal(m => m);

        Assert.NotEqual(before, ModelBundle.Open(_bundle.Folder).Sha256);
    }

    [Fact]
    public void Open_NoFolder_NamesTheRemedy() =>
        Assert.Equal("model 'models/none' is not a folder; give the path of a bundle, such as models/demo",
            Assert.Throws<BundleException>(() => ModelBundle.Open("models/none")).Message);

    [Fact]
    public void Open_NoManifest_NamesTheRemedy()
    {
        File.Delete(_bundle.PathOf(ModelBundle.ManifestFile));

        AssertRefused("has no manifest.json", "or export one");
    }

    [Theory]
    [InlineData(ModelBundle.WindowGraph)]
    [InlineData(ModelBundle.TextGraph)]
    [InlineData(ModelBundle.Vocabulary)]
    [InlineData(ModelBundle.Merges)]
    [InlineData(ModelBundle.GoldenClipsFile)]
    [InlineData(ModelBundle.GoldenExpectedFile)]
    public void Open_OneFlippedBit_NamesTheFile(string file)
    {
        var bytes = File.ReadAllBytes(_bundle.PathOf(file));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_bundle.PathOf(file), bytes);

        AssertRefused($"{file} has changed since export", "Copy the bundle again from its source, or export it again");
    }

    [Theory]
    [InlineData(ModelBundle.WindowGraph)]
    [InlineData(ModelBundle.GoldenClipsFile)]
    public void Open_MissingFile_NamesIt(string file)
    {
        File.Delete(_bundle.PathOf(file));

        AssertRefused($"{file} is missing");
    }

    [Fact]
    public void Open_TwoProblems_NamesBoth()
    {
        File.Delete(_bundle.PathOf(ModelBundle.TextGraph));
        File.AppendAllText(_bundle.PathOf(ModelBundle.WindowGraph), "x");

        AssertRefused("text.onnx is missing", "video.onnx has changed");
    }

    [Theory]
    [InlineData(ModelBundle.WindowGraph)]
    [InlineData(ModelBundle.GoldenExpectedFile)]
    public void Open_RequiredFileNotInTheManifest_NamesIt(string file)
    {
        _bundle.Seal(m => m with { Files = m.Files.Where(f => f.Key != file).ToDictionary() });

        AssertRefused($"{file} is not listed in manifest.json");
    }

    [Fact]
    public void Open_FileOutsideTheFolder_IsRefusedWithoutReadingIt()
    {
        var outside = Path.Combine(Path.GetDirectoryName(_bundle.Folder)!, "tiny-outside");
        File.WriteAllText(outside, "x");
        _bundle.Seal(m => m with
        {
            Files = m.Files.Concat([new("../tiny-outside", ModelBundle.Hash("x"u8)), new(outside, ModelBundle.Hash("x"u8))]).ToDictionary(),
        });

        AssertRefused("../tiny-outside is outside the bundle", $"{outside} is outside the bundle");
    }

    [Fact]
    public void Open_FileIsALink_IsRefusedEvenWithTheRightBytes()
    {
        var elsewhere = Path.Combine(Path.GetDirectoryName(_bundle.Folder)!, "elsewhere");
        File.Move(_bundle.PathOf(ModelBundle.WindowGraph), elsewhere);
        File.CreateSymbolicLink(_bundle.PathOf(ModelBundle.WindowGraph), elsewhere);

        AssertRefused("video.onnx is a symbolic link");
    }

    [Fact]
    public void Open_SubfolderIsALink_IsRefused()
    {
        var elsewhere = Path.Combine(Path.GetDirectoryName(_bundle.Folder)!, "elsewhere");
        Directory.Move(_bundle.PathOf("golden"), elsewhere);
        Directory.CreateSymbolicLink(_bundle.PathOf("golden"), elsewhere);

        AssertRefused("golden/clips.u8 is a symbolic link");
    }

    private void AssertRefused(params string[] expected)
    {
        var error = Assert.Throws<BundleException>(() => ModelBundle.Open(_bundle.Folder));
        Assert.Contains(_bundle.Folder, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.All(expected, e => Assert.Contains(e, error.Message, StringComparison.Ordinal));
    }
}
