// Errors of generated scenes that the user can correct.
namespace StreamActions.Scenes;

/// <summary>
/// A film or a set of clips that cannot be made: a wrong order, or an encoder that fails. The message says what is wrong and what to do.
/// </summary>
internal sealed class SceneException : Exception
{
    /// <inheritdoc cref="SceneException"/>
    public SceneException(string message) : base(message) { }

    /// <inheritdoc cref="SceneException"/>
    public SceneException(string message, Exception cause) : base(message, cause) { }
}
