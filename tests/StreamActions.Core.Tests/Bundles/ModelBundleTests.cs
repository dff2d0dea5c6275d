// Opening a bundle: nothing that is not exactly what was exported gets through.
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
    public void Open_WholeBundle_GivesManifestAndPaths(string suffix)
    {
        var opened = ModelBundle.Open(_bundle.Folder + suffix);

        Assert.Equal("tiny", opened.Manifest.Name);
        Assert.Equal(_bundle.PathOf(ModelBundle.VideoGraph), opened.PathOf(ModelBundle.VideoGraph));
        Assert.Equal(ModelBundle.Hash(File.ReadAllBytes(_bundle.PathOf(ModelBundle.ManifestFile))), opened.Sha256);
    }

    [Fact]
    public void Open_ThroughALinkToTheFolder_Opens()
    {
        var link = _bundle.Folder + "-current";
        Directory.CreateSymbolicLink(link, _bundle.Folder);

        Assert.Equal("tiny", ModelBundle.Open(link).Manifest.Name);
    }

    [Fact]
    public void Open_AnythingOfTheBundleChanged_ChangesItsHash()
    {
        var before = ModelBundle.Open(_bundle.Folder).Sha256;
        File.AppendAllText(_bundle.PathOf(ModelBundle.Merges), "a b\n");
        _bundle.Seal(m => m);

        Assert.NotEqual(before, ModelBundle.Open(_bundle.Folder).Sha256);
    }

    [Fact]
    public void Open_NoFolder_SaysWhatToGive() =>
        Assert.Equal("model 'models/none' is not a folder; give the path of a bundle, such as models/demo",
            Assert.Throws<BundleException>(() => ModelBundle.Open("models/none")).Message);

    [Fact]
    public void Open_NoManifest_SaysSo()
    {
        File.Delete(_bundle.PathOf(ModelBundle.ManifestFile));

        AssertRefused("has no manifest.json", "or export one");
    }

    [Theory]
    [InlineData(ModelBundle.VideoGraph)]
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

        AssertRefused($"{file} has changed since export", "Restore the bundle from where it came, or export it again");
    }

    [Theory]
    [InlineData(ModelBundle.VideoGraph)]
    [InlineData(ModelBundle.GoldenClipsFile)]
    public void Open_FileMissing_NamesIt(string file)
    {
        File.Delete(_bundle.PathOf(file));

        AssertRefused($"{file} is missing");
    }

    [Fact]
    public void Open_TwoThingsWrong_NamesBoth()
    {
        File.Delete(_bundle.PathOf(ModelBundle.TextGraph));
        File.AppendAllText(_bundle.PathOf(ModelBundle.VideoGraph), "x");

        AssertRefused("text.onnx is missing", "video.onnx has changed");
    }

    [Theory]
    [InlineData(ModelBundle.VideoGraph)]
    [InlineData(ModelBundle.GoldenExpectedFile)]
    public void Open_NeededFileNotInTheManifest_NamesIt(string file)
    {
        _bundle.Seal(m => m with { Files = m.Files.Where(f => f.Key != file).ToDictionary() });

        AssertRefused($"{file} is not listed in manifest.json");
    }

    [Fact]
    public void Open_FileOutsideTheFolder_NotEvenHashed()
    {
        var outside = Path.Combine(Path.GetDirectoryName(_bundle.Folder)!, "tiny-outside");
        File.WriteAllText(outside, "x");
        _bundle.Seal(m => m with
        {
            Files = m.Files.Append(new("../tiny-outside", ModelBundle.Hash("x"u8))).Append(new(outside, ModelBundle.Hash("x"u8))).ToDictionary(),
        });

        AssertRefused("../tiny-outside lies outside the bundle", $"{outside} lies outside the bundle");
    }

    [Fact]
    public void Open_FileIsALink_RefusedThoughItsBytesAreRight()
    {
        var elsewhere = Path.Combine(Path.GetDirectoryName(_bundle.Folder)!, "elsewhere");
        File.Move(_bundle.PathOf(ModelBundle.VideoGraph), elsewhere);
        File.CreateSymbolicLink(_bundle.PathOf(ModelBundle.VideoGraph), elsewhere);

        AssertRefused("video.onnx is a symbolic link");
    }

    [Fact]
    public void Open_FolderInsideIsALink_Refused()
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
