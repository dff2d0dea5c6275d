// Metadata that an M²-CLIP checkpoint does not contain: names for the rows of its heads.
using System.Globalization;
using StreamActions.Core.Text;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Import;

/// <summary>Metadata that the user gives for weights with M²-CLIP's tensor names. A head without row names is left out.</summary>
/// <param name="Labels">Label table (<c>id,name</c>) of the classification head; null leaves the head out.</param>
/// <param name="Words">
/// Words of the masked-language head, one per line: as <c>word number</c> like the reference's list, or as words in order; null leaves the
/// head out.
/// </param>
/// <param name="TextHeads">Attention heads of the text transformer; null takes one per 64 channels, as in CLIP.</param>
internal sealed record CheckpointMetadata(string? Labels = null, string? Words = null, int? TextHeads = null)
{
    /// <summary>Describes the network, with names for the rows of its heads.</summary>
    /// <param name="weights">Tensors by this project's parameter names.</param>
    /// <param name="source">The file of the weights, for errors.</param>
    /// <param name="leftOut">Receives a sentence for each part that is left out.</param>
    /// <exception cref="CheckpointException">The weights are not those of an M²-CLIP.</exception>
    /// <exception cref="TrainerException">
    /// A list is not readable, or its length is not the number of rows; the message names the file.
    /// </exception>
    public TrainedNetwork Describe(IReadOnlyDictionary<string, TensorData> weights, string source, ICollection<string> leftOut)
    {
        var config = M2ClipCheckpoint.Sizes(weights, source);
        config = config with { TextHeads = TextHeads ?? config.TextHeads };
        if (weights.Keys.Any(n => n.StartsWith($"transformer.resblocks.{config.TextLayers}.", StringComparison.Ordinal)))
            leftOut.Add("The cross-modal text block is left out, because the file lacks the masked-language head that uses it.");
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
                $"{option} {file}: it has {names.Count} names, but the {head} has {rows} rows; give the list that it was trained with");
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
            throw new TrainerException($"--words {file}: no such file; give the list of words that the head was trained with");
        List<(string Word, int Number)> words = [];
        foreach (var (line, text) in TextFile.Lines(file).Index())
        {
            var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
                continue;
            var number = words.Count;
            if (parts.Length > 2 || parts.Length == 2
                && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number))
                throw new TrainerException($"--words {file}:{line + 1}: '{text}' is not a word with its number; "
                    + "write 'word number' lines, or one word per line in order");
            words.Add((parts[0], number));
        }
        string[] inOrder = [.. words.OrderBy(w => w.Number).Select(w => w.Word)];
        return words.Select(w => w.Number).Order().SequenceEqual(Enumerable.Range(0, words.Count))
            && inOrder.Distinct(StringComparer.Ordinal).Count() == words.Count
            ? inOrder
            : throw new TrainerException(
                $"--words {file}: a word or a number occurs twice, or a number is missing; "
                + $"number the {words.Count} words from 0 to {words.Count - 1}");
    }
}
