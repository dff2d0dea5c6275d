// Embeddings survive a restart. Damaged and foreign files are ignored and replaced.
using CsCheck;
using Microsoft.Extensions.Logging;
using StreamActions.TestKit;
using StreamActions.Worker.Alerts;
using StreamActions.Worker.Tests.Inference;
using StreamActions.Worker.Tests.Sinks;

namespace StreamActions.Worker.Tests.Alerts;

public sealed class PhraseCacheTests : IDisposable
{
    private static readonly string Model = new('a', 64), Other = new string('a', 16) + new string('b', 48);
    private readonly TemporaryFolder _folder = new();
    private readonly Lines _lines = new();
    private readonly PhraseCache _cache;

    public PhraseCacheTests() => _cache = PhraseCache.Beside(_folder.File("events.db"), _lines.Of<PhraseCacheTests>());

    public void Dispose() => _folder.Dispose();

    private string FilePath => Assert.Single(Directory.GetFiles(_folder.File("phrases")));

    private void Write(params string[] phrases) =>
        _cache.Write(Model, 2, phrases, phrases.ToDictionary(p => p, _ => new[] { 0.6f, -0.8f }));

    private AlertPlan Compile(FakeActionModel model, params string[] phrases)
    {
        var file = SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight with { Phrases = phrases });
        return AlertCompiler.Compile(file, model, _lines.Of<PhraseCacheTests>(), _cache);
    }

    [Fact]
    public void Compile_SecondStart_EmbedsNewPhrasesOnly()
    {
        using FakeActionModel first = new(), second = new();
        Compile(first, "bright", "dim");
        var plan = Compile(second, "bright", "dusky");
        Assert.Equal(["bright", "dark", "dim"], first.Embedded.Order());
        Assert.Equal(["dusky"], second.Embedded);
        // The cached embeddings are those of the model.
        using FakeActionModel fresh = new();
        var expected = AlertCompiler.Compile(
            SampleAlerts.File([SampleAlerts.Dock], SampleAlerts.Fight with { Phrases = ["bright", "dusky"] }), fresh,
            _lines.Of<PhraseCacheTests>());
        Assert.True(plan.Views[new("dock", null)][0].Scorer.ScoresLike(expected.Views[new("dock", null)][0].Scorer));
        // A phrase that this file does not use stays for another.
        Assert.Equal(["bright", "dark", "dim", "dusky"], _cache.Read(Model, 2).Keys.Order());
        Assert.Empty(_lines.All);
    }

    [Fact]
    public void Read_WrittenPhrases_GivesSameEmbeddings() =>
        Gen.Select(Gen.String.HashSet[0, 20], Gen.Double[0, 6]).Sample((phrases, angle) =>
        {
            var embeddings = phrases.Index().ToDictionary(
                p => p.Item, p => new[] { (float)Math.Cos(angle + p.Index), (float)Math.Sin(angle + p.Index) });
            _cache.Write(Model, 2, phrases, embeddings);
            var read = _cache.Read(Model, 2);
            // Text that is not valid Unicode may not survive; it is embedded again.
            foreach (var (phrase, embedding) in read.Where(p => embeddings.ContainsKey(p.Key)))
                Assert.Equal(embeddings[phrase], embedding);
            Assert.True(phrases.Where(p => !p.Any(char.IsSurrogate)).All(read.ContainsKey));
        }, threads: 1, iter: 100);

    [Fact]
    public void Read_AnyByteChangedOrCutOff_IsEmpty()
    {
        Write("bright", "dark");
        var good = File.ReadAllBytes(FilePath);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte[1, 255]).Sample((index, change) =>
        {
            var bad = good.ToArray();
            bad[index] ^= change;
            File.WriteAllBytes(FilePath, bad);
            Assert.Empty(_cache.Read(Model, 2));
            File.WriteAllBytes(FilePath, good[..index]);
            Assert.Empty(_cache.Read(Model, 2));
        }, threads: 1, iter: 200);
        Write("bright");
        Assert.Equal(["bright"], _cache.Read(Model, 2).Keys);
        Assert.Empty(_lines.All);
    }

    [Fact]
    public void Read_OtherModelOrWidth_IsEmpty()
    {
        Write("bright");
        // The file names of the two models are equal.
        Assert.Empty(_cache.Read(Other, 2));
        Assert.Empty(_cache.Read(Model, 3));
        _cache.Write(Other, 2, ["dark"], new Dictionary<string, float[]> { ["dark"] = [1, 0] });
        Assert.Equal(["dark"], _cache.Read(Other, 2).Keys);
        Assert.Empty(_cache.Read(Model, 2));
    }

    [Fact]
    public void Read_EmbeddingsNotOfUnitLength_IsEmpty()
    {
        _cache.Write(Model, 2, ["bright"], new Dictionary<string, float[]> { ["bright"] = [float.NaN, 1] });
        Assert.Empty(_cache.Read(Model, 2));
        _cache.Write(Model, 2, ["bright"], new Dictionary<string, float[]> { ["bright"] = [2, 1] });
        Assert.Empty(_cache.Read(Model, 2));
    }

    [Fact]
    public void Write_TooManyPhrases_KeepsFirst()
    {
        Write([.. Enumerable.Range(0, PhraseCache.MostPhrases + 5).Select(i => $"phrase {i}")]);
        var read = _cache.Read(Model, 2);
        Assert.Equal(PhraseCache.MostPhrases, read.Count);
        Assert.Contains("phrase 0", read.Keys);
    }

    [Fact]
    public void Write_ManyModels_DeletesOldestFilesOnly()
    {
        var foreign = _folder.File("phrases/notes.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(foreign)!);
        File.WriteAllText(foreign, "kept");
        for (var i = 0; i < PhraseCache.MostFiles + 2; i++)
        {
            var model = new string((char)('0' + i), 64);
            _cache.Write(model, 1, ["bright"], new Dictionary<string, float[]> { ["bright"] = [1] });
            File.SetLastWriteTimeUtc(_folder.File($"phrases/{model[..16]}.phrases"), DateTime.UnixEpoch.AddDays(i));
        }
        Assert.Equal(PhraseCache.MostFiles + 1, Directory.GetFiles(_folder.File("phrases")).Length);
        Assert.Empty(_cache.Read(new string('0', 64), 1));
        Assert.NotEmpty(_cache.Read(new string('5', 64), 1));
        Assert.True(File.Exists(foreign));
    }

    [Fact]
    public void Compile_FolderCannotBeWritten_WarnsAndCompiles()
    {
        // A file where the folder should be.
        File.WriteAllText(_folder.File("phrases"), "");
        using FakeActionModel model = new();
        Assert.NotEmpty(Compile(model, "bright").Views);
        Assert.Contains("cannot be kept", Assert.Single(_lines.At(LogLevel.Warning)), StringComparison.Ordinal);
    }
}
