// What a checkpoint in M²-CLIP's names does not hold: names for the rows of its heads.
using System.Globalization;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Import;

/// <summary>Metadata that the user gives for weights in M²-CLIP's names. A head without its names is left out.</summary>
/// <param name="Labels">Label table (<c>id,name</c>) of the classification head; null leaves it out.</param>
/// <param name="Words">The masked-language head's words: the reference's list, <c>word number</c> a line, or a word a line in order; null
/// leaves it out.</param>
/// <param name="TextHeads">Heads of the text transformer; null is one a 64 channels, as in CLIP.</param>
internal sealed record CheckpointMetadata(string? Labels = null, string? Words = null, int? TextHeads = null)
{
    /// <summary>The network with names for the rows of its heads.</summary>
    /// <param name="weights">By the network's own names.</param>
    /// <param name="source">Where they come from, for errors.</param>
    /// <param name="leftOut">Gets a sentence for each part that is left out.</param>
    /// <exception cref="CheckpointException">The weights are not an M²-CLIP's.</exception>
    /// <exception cref="TrainerException">A list is not readable, or has not a name for each row; names the file.</exception>
    public TrainedNetwork Describe(IReadOnlyDictionary<string, TensorData> weights, string source, ICollection<string> leftOut)
    {
        var config = M2ClipCheckpoint.Sizes(weights, source);
        config = config with { TextHeads = TextHeads ?? config.TextHeads };
        if (weights.Keys.Any(n => n.StartsWith($"transformer.resblocks.{config.TextLayers}.", StringComparison.Ordinal)))
            leftOut.Add("The cross-modal text block is left out: the masked-language head that it belongs to is not in the file.");
        var classes = Named("classification head", "--labels", Labels, config.NumClasses, ReadClasses, leftOut);
        var words = Named("masked-language head", "--words", Words, config.MlmVocabSize, ReadWords, leftOut);
        config = words.Count > 0 ? config : M2ClipCheckpoint.WithoutMaskedHead(config);
        return new(config with { NumClasses = classes.Count }, classes, words);
    }

    private static IReadOnlyList<T> Named<T>(
        string head, string option, string? file, int rows, Func<string, IReadOnlyList<T>> read, ICollection<string> leftOut)
    {
        if (file is null)
        {
            if (rows > 0)
                leftOut.Add($"The {head} is left out, because its {rows} rows have no names. Give them with {option} FILE.");
            return [];
        }
        if (rows == 0)
            throw new TrainerException($"{option} {file}: these weights have no {head}; leave the option out");
        var names = read(file);
        return names.Count == rows
            ? names
            : throw new TrainerException(
                $"{option} {file}: it has {names.Count} names, and the {head} {rows} rows; give the list that it was trained with");
    }

    private static IReadOnlyList<ClipClass> ReadClasses(string file)
    {
        List<DataProblem> problems = [];
        var table = LabelTable.Read(file, problems);
        return problems.Count == 0
            ? [.. table!.Classes.Select(c => new ClipClass(c.Name, c.Phrases[0], c.Reverse))]
            : throw new DataSetException(file, problems);
    }

    private static IReadOnlyList<string> ReadWords(string file)
    {
        if (!File.Exists(file))
            throw new TrainerException($"--words {file}: no file is here; give the list of words that the head was trained with");
        List<(string Word, int Number)> words = [];
        foreach (var (line, text) in File.ReadLines(file).Index())
        {
            var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
                continue;
            var number = words.Count;
            if (parts.Length > 2 || parts.Length == 2
                && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number))
                throw new TrainerException(
                    $"--words {file}: line {line + 1}, '{text}', is no word with its number; write 'word number', or words alone in their "
                        + "order");
            words.Add((parts[0], number));
        }
        string[] inOrder = [.. words.OrderBy(w => w.Number).Select(w => w.Word)];
        return words.Select(w => w.Number).Order().SequenceEqual(Enumerable.Range(0, words.Count))
            && inOrder.Distinct(StringComparer.Ordinal).Count() == words.Count
            ? inOrder
            : throw new TrainerException(
                $"--words {file}: a word or a number is in it twice, or a number is left out; {words.Count} words are numbered 0 to "
                    + $"{words.Count - 1}");
    }
}
