// Recordings as training data: clips depend only on their index, and broken recordings do not stop a run.
using StreamActions.Core.Clips;
using StreamActions.Scenes;
using StreamActions.TestKit;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Augmentation;
using StreamActions.Trainer.Data.Decoding;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data;

public sealed class RecordedClipSourceTests(SmallRecordings recordings) : IClassFixture<SmallRecordings>
{
    private static readonly ClipSpec Clip = new(8, 4, 16, ResizeRule.CenterCrop);
    private static readonly RecordedClipOptions Options = new() { Seed = 5 };

    [Theory]
    [InlineData("kinetics", 512 << 20)]
    [InlineData("kinetics", 0)]
    [InlineData("something-something", 512 << 20)]
    public void Training_AnyOrderAndThread_GivesSameClip(string recipe, long cache)
    {
        var options = Options with { Augmentation = AugmentationOptions.Named(recipe), Decoding = new() { CacheBytes = cache } };
        var data = SmallRecordings.Set([(recordings.Moving, 0), (recordings.Still, 1), (recordings.Wide, 0), (recordings.Text, 0)]);
        var first = new RecordedClipSource(data, Clip, options);
        var expected = Enumerable.Range(0, 8).Select(n => first.Training(n)).ToList();
        var other = new RecordedClipSource(data, Clip, options);

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 3 }, n =>
        {
            var clip = other.Training(7 - n);
            Assert.Equal((expected[7 - n].Label, expected[7 - n].Caption), (clip.Label, clip.Caption));
            Assert.True(expected[7 - n].Pixels.AsSpan().SequenceEqual(clip.Pixels));
        });
        Assert.All(expected, clip => Assert.Equal(Clip.ClipBytes, clip.Pixels.Length));
    }

    [Theory]
    [InlineData("kinetics", 512 << 20, 64 << 20)]
    [InlineData("kinetics", 0, 20_000)]     // reads windows of the long recording
    [InlineData("something-something", 512 << 20, 64 << 20)]
    public void Training_EarlierFrames_ChangeNothingInClip(string recipe, long cache, long recording)
    {
        var options = Options with
        {
            // Colour operations look at all frames of the clip, so that they would change the clip a little.
            Augmentation = AugmentationOptions.Named(recipe) with { RandAugmentOperations = 0 },
            Decoding = new() { CacheBytes = cache, RecordingBytes = recording },
        };
        var clip = Clip with { Frames = 4 };
        var source = new RecordedClipSource(SmallRecordings.Set([(recordings.Moving, 0), (recordings.Wide, 0)]), clip, options);
        var repeated = 0;
        for (var n = 0; n < 12; n++)
        {
            var (alone, longer) = (source.Training(n), source.Training(n, earlier: 3));
            Assert.Equal(alone.Caption, longer.Caption);
            Assert.Equal(7 * clip.FrameBytes, longer.Pixels.Length);
            Assert.True(longer.Pixels.AsSpan(3 * clip.FrameBytes).SequenceEqual(alone.Pixels));
            var first = longer.Pixels.AsSpan(0, clip.FrameBytes);
            repeated += first.SequenceEqual(longer.Pixels.AsSpan(3 * clip.FrameBytes, clip.FrameBytes)) ? 1 : 0;
        }
        // A clip of segments begins near the start of its recording. Of the others, most have real earlier frames.
        Assert.InRange(repeated, 0, recipe == "kinetics" ? 6 : 12);
    }

    [Fact]
    public void Training_NextEpoch_GivesOtherClipsOfSameRecordings()
    {
        var source = new RecordedClipSource(
            SmallRecordings.Set([(recordings.Moving, 0), (recordings.Wide, 0), (recordings.Still, 1)]), Clip, Options);

        for (var epoch = 0; epoch < 3; epoch++)
            Assert.Equal(["t00", "t01", "t02"], Enumerable.Range(3 * epoch, 3).Select(n => source.Entry(n).Name).Order());
        var moving = Enumerable.Range(0, 6).Where(n => source.Entry(n).Path == recordings.Moving).Select(n => source.Training(n)).ToList();
        Assert.Equal(2, moving.Count);
        Assert.False(moving[0].Pixels.AsSpan().SequenceEqual(moving[1].Pixels));
    }

    [Fact]
    public void Training_BrokenRecordings_AreReportedOnceAndReplacedWithinClass()
    {
        List<SkippedRecording> skipped = [];
        var data = SmallRecordings.Set(
        [
            (recordings.Moving, 0), (recordings.Text, 0), (recordings.Still, 1), (recordings.Truncated, 1), (recordings.OneFrame, 1),
            (recordings.Wide, 0), (recordings.ThreeFrames, 1),
        ]);
        var source = new RecordedClipSource(data, Clip, Options with { OnSkipped = skipped.Add });

        for (var n = 0; n < 21; n++)
            Assert.Equal(source.Entry(n).Label, source.Training(n).Label);

        Assert.Equal(new[] { recordings.OneFrame, recordings.Text, recordings.Truncated }.Order(StringComparer.Ordinal),
            source.Skipped.Select(s => s.Path));
        Assert.Equal(source.Skipped, skipped.OrderBy(s => s.Path, StringComparer.Ordinal));
        Assert.Contains(
            "too short: 1 different frame(s) where a clip has 8", skipped.Single(s => s.Path == recordings.OneFrame).Reason,
            StringComparison.Ordinal);
        Assert.Contains(
            "the recording is incomplete", skipped.Single(s => s.Path == recordings.Truncated).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_MoreThanHalfBroken_ListsAll()
    {
        var source = new RecordedClipSource(
            SmallRecordings.Set([(recordings.Moving, 0), (recordings.Text, 0), (recordings.OneFrame, 0)]), Clip, Options);

        var exception = Assert.Throws<DataSetException>(() => Enumerable.Range(0, 3).Select(n => source.Training(n)).ToList());
        Assert.Equal(2, exception.Problems.Count);
        Assert.Contains(recordings.Text, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_ClassWithoutReadableRecording_NamesClass()
    {
        var source = new RecordedClipSource(
            SmallRecordings.Set([(recordings.Moving, 0), (recordings.Wide, 0), (recordings.Text, 1)]), Clip, Options);

        var exception = Assert.Throws<DataSetException>(() => Enumerable.Range(0, 3).Select(n => source.Training(n)).ToList());
        Assert.Contains("class 'stays'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HeldBytes_AnyCacheSize_StaysWithinBound()
    {
        var set = SmallRecordings.Set([(recordings.Moving, 0), (recordings.Still, 1), (recordings.Wide, 0)]);
        foreach (var cache in (long[])[0, 50_000, 150_000, 1_000_000])
        {
            var source = new RecordedClipSource(set, Clip, Options with { Decoding = new() { CacheBytes = cache } });
            for (var n = 0; n < 6; n++)
            {
                source.Training(n);
                Assert.InRange(source.HeldBytes, 0, cache);
            }
            // The three recordings decode to 35, 35 and 132 kB.
            Assert.Equal(cache >= 1_000_000, source.HeldBytes > 150_000);
        }
    }

    [Fact]
    public void Training_Phrases_AreAllUsedAndListed()
    {
        var data = SmallRecordings.Set([(recordings.Moving, 0), (recordings.Still, 1)]);
        data = data with { Training = [data.Training[0], data.Training[1] with { Caption = "a blue wall" }] };
        var source = new RecordedClipSource(data, Clip, Options);

        Assert.Equal(
            ["a blue wall", "it moves", "something moves"],
            Enumerable.Range(0, 40).Select(n => source.Training(n).Caption).Distinct().Order());
        Assert.Equal(["a blue wall", "it moves", "it stays", "something moves"], source.Texts.Order());
    }

    [Fact]
    public void Training_DirectionInCaptionOrClass_NeverMirrors()
    {
        byte[][] Clips(string caption, bool sensitive)
        {
            var data = SmallRecordings.Set([(recordings.Moving, 0)]);
            data = data with
            {
                Classes = [data.Classes[0] with { DirectionSensitive = sensitive }],
                Training = [data.Training[0] with { Caption = caption }],
            };
            var source = new RecordedClipSource(data, Clip, Options);
            return [.. Enumerable.Range(0, 8).Select(n => source.Training(n).Pixels)];
        }

        var unmirrored = Clips("it moves", sensitive: true);
        Assert.Equal(unmirrored, Clips("it moves to the left", sensitive: false));
        Assert.NotEqual(unmirrored, Clips("it moves", sensitive: false));
    }

    [Fact]
    public void Training_SeveralBroken_UsesReadableRecordingOfClass()
    {
        var data = SmallRecordings.Set(
        [
            (recordings.Text, 0), (recordings.OneFrame, 0), (recordings.Truncated, 0), (recordings.Moving, 0), (recordings.Still, 1),
            (recordings.Wide, 1),
        ]);
        var source = new RecordedClipSource(data, Clip, Options);

        Assert.All(Enumerable.Range(0, 24), n => Assert.Equal(source.Entry(n).Label, source.Training(n).Label));
        Assert.Equal(3, source.Skipped.Count);
    }

    [Fact]
    public void Evaluation_BrokenRecording_IsReplacedAndReported()
    {
        var set = SmallRecordings.Set(
            [(recordings.Moving, 0), (recordings.Still, 1)],
            (recordings.Moving, 0), (recordings.Text, 0), (recordings.Wide, 0), (recordings.Still, 1));
        var source = new RecordedClipSource(set, Clip, Options);

        var evaluation = Assert.Single(source.Evaluation(perClass: 2));
        Assert.Equal([0, 0, 1], evaluation.Clips.Select(clip => clip.Label));
        Assert.Equal([0, 1], source.Evaluation(perClass: 1)[0].Clips.Select(clip => clip.Label));
        Assert.All(source.Skipped, skipped => Assert.Equal(recordings.Text, skipped.Path));
        Assert.True(evaluation.Supervised);
        Assert.Same(source.Classes, evaluation.Classes);
    }

    [Fact]
    public async Task Open_GeneratedClips_ListAndFolderGiveSameClips()
    {
        using var folder = new DataFolder();
        await ClipFolder.WriteAsync(
            folder.Path, [ActionKind.Jumps, ActionKind.SitsDown], perAction: 6, firstSeed: 9, TestContext.Current.CancellationToken);
        var seed = Enumerable.Range(0, 100).First(s => Enumerable.Range(0, 2).All(a => Enumerable.Range(0, 6)
            .Count(n => HeldOutSplit.IsHeldOut((ulong)s, $"{(a == 0 ? "jumps" : "sits_down")}/{n:d5}.mp4", 0.2)) is 1 or 2));
        RecordedClipSource[] sources = [.. ((string[])[folder.Path, folder.File("list.txt")]).Select(path =>
            new RecordedClipSource(DataSetReader.Open(new() { Path = path, Seed = (ulong)seed }), GeneratedClipSource.DemoClip, Options))];

        Assert.Equal(sources[0].Classes, sources[1].Classes);
        for (var n = 0; n < 10; n++)
        {
            var (one, two) = (sources[0].Training(n), sources[1].Training(n));
            Assert.Equal((one.Label, one.Caption), (two.Label, two.Caption));
            Assert.True(one.Pixels.AsSpan().SequenceEqual(two.Pixels));
        }
        var clips = sources.Select(source => source.Evaluation(9)[0].Clips.ToList()).ToArray();
        Assert.InRange(clips[0].Count, 2, 4);
        Assert.All(clips[0].Zip(clips[1]), pair => Assert.True(pair.First.Views[0].AsSpan().SequenceEqual(pair.Second.Views[0])));
    }

    [Theory]
    [InlineData("kinetics")]
    [InlineData("something-something")]
    public void Training_RealClips_AreReadAtReferenceSize(string recipe)
    {
        var folder = Path.Combine(RepositoryPaths.Shared, "clips");
        string[] files = ["arm_wrestling.mp4", "cleaning_pool.mp4", "playing_basketball.mp4"];
        if (!files.All(file => File.Exists(Path.Combine(folder, file))))
            Assert.Skip("the sample clips are not installed beside the repository");
        var spec = new ClipSpec(8, 2, 224, ResizeRule.CenterCrop);
        var clips = files.Select((file, n) => (Path.Combine(folder, file), n % 2)).ToArray();
        var options = Options with { Augmentation = AugmentationOptions.Named(recipe), Views = new(4, 3) };
        var source = new RecordedClipSource(SmallRecordings.Set(clips, clips[0]), spec, options);

        Assert.All(Enumerable.Range(0, 3).Select(n => source.Training(n)), clip => Assert.InRange(clip.Pixels.Distinct().Count(), 50, 256));
        Assert.Equal(12, Assert.Single(source.Evaluation(1)[0].Clips).Views.Count);
        Assert.Empty(source.Skipped);
    }

    [Fact]
    public void RecordedClipSource_OptionsOutOfBounds_AreRefused()
    {
        var set = SmallRecordings.Set([(recordings.Moving, 0)]);

        var squashed = Clip with { Resize = ResizeRule.Squash };
        var views = Assert.Throws<TrainerException>(() => new RecordedClipSource(set, squashed, Options with { Views = new(4, 3) }));
        Assert.Contains("one spatial view", views.Message, StringComparison.Ordinal);
        Assert.Throws<TrainerException>(() => new RecordedClipSource(set, Clip, Options with { Views = new(0) }));
        var noMemory = Options with { Decoding = new DecodingOptions { CacheBytes = -1 } };
        Assert.Throws<InvalidOperationException>(() => new RecordedClipSource(set, Clip, noMemory));
    }
}
