// Errors that the user can correct.
namespace StreamActions.Trainer;

/// <summary>
/// A wrong option, file or folder, or data that the model cannot use. The message states what is wrong, where, and what to do. The verb
/// prints it as an error. Every other exception that the trainer itself throws is a bug.
/// </summary>
internal class TrainerException : Exception
{
    /// <inheritdoc cref="TrainerException"/>
    public TrainerException(string message) : base(message) { }

    /// <inheritdoc cref="TrainerException"/>
    public TrainerException(string message, Exception cause) : base(message, cause) { }
}
