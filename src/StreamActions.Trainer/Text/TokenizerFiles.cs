// Loads the tokenizer of a run, a bundle or a published model.
using StreamActions.Core.Text;

namespace StreamActions.Trainer.Text;

/// <summary>The two files of a tokenizer.</summary>
internal static class TokenizerFiles
{
    /// <summary>Loads the files.</summary>
    /// <param name="files">Paths of <c>vocab.json</c> and <c>merges.txt</c>.</param>
    /// <exception cref="TrainerException">A file is damaged, or the files do not match; the message names the file.</exception>
    public static ClipTokenizer Load((string Vocabulary, string Merges) files)
    {
        try
        {
            return ClipTokenizer.Load(files.Vocabulary, files.Merges);
        }
        catch (FormatException e)
        {
            throw new TrainerException($"{e.Message}; restore both files from their source", e);
        }
    }
}
