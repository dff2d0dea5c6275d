// Error type for user errors in generated scenes.
namespace StreamActions.Scenes;

/// <summary>
/// A film or a set of clips cannot be generated: the settings are invalid, or the encoder failed. The message names cause and remedy.
/// </summary>
internal sealed class SceneException : Exception
{
    /// <inheritdoc cref="SceneException"/>
    public SceneException(string message) : base(message) { }

    /// <inheritdoc cref="SceneException"/>
    public SceneException(string message, Exception cause) : base(message, cause) { }
}
