// Where tests find the repository and what lies beside it.
namespace StreamActions.TestKit;

/// <summary>Paths of this checkout.</summary>
public static class RepositoryPaths
{
    /// <summary>The folder with the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Material shared by developers beside the checkout; tests that need it skip when it is not there.</summary>
    public static string Shared { get; } = Path.Combine(Path.GetDirectoryName(Root)!, "shared");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "StreamActions.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no StreamActions.sln above {AppContext.BaseDirectory}");
    }
}
