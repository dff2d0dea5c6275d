// Errors that the user can correct.
namespace StreamActions.Trainer;

/// <summary>
/// A wrong option, file or folder, or data that do not fit. The message says what is wrong, where, and what to do; a verb prints it as its
/// error. Every other exception of the trainer's own code is a bug.
/// </summary>
internal class TrainerException : Exception
{
    /// <inheritdoc cref="TrainerException"/>
    public TrainerException(string message) : base(message) { }

    /// <inheritdoc cref="TrainerException"/>
    public TrainerException(string message, Exception cause) : base(message, cause) { }
}
