// The number of parameters of constructors.
using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;

namespace StreamActions.TestKit.Conventions;

/// <summary>Finds constructors with too many parameters.</summary>
public static class ConstructorParameters
{
    /// <summary>Most parameters of a constructor.</summary>
    public const int Most = 7;

    /// <summary>
    /// The constructors of an assembly with more parameters than permitted, as <c>type: count (names)</c>. Positional records count too.
    /// Types and constructors made by the compiler or by a generator, delegates, and the serialisation constructors of exceptions do not.
    /// </summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="most">Most parameters permitted.</param>
    public static IReadOnlyList<string> MoreThan(Assembly assembly, int most = Most) =>
        [.. assembly.GetTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(type => MoreThan(type, most))];

    /// <summary>The same for one type.</summary>
    /// <inheritdoc cref="MoreThan(Assembly, int)"/>
    /// <param name="type">The type.</param>
    /// <param name="most">Most parameters permitted.</param>
    public static IReadOnlyList<string> MoreThan(Type type, int most = Most)
    {
        if (IsGenerated(type) || typeof(Delegate).IsAssignableFrom(type))
            return [];
        return
        [
            .. from constructor in type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
               let parameters = constructor.GetParameters()
               where parameters.Length > most && !IsGenerated(constructor)
               where !parameters.Any(p => p.ParameterType == typeof(SerializationInfo))
               select $"{type.FullName}: {parameters.Length} ({string.Join(", ", parameters.Select(p => p.Name))})",
        ];
    }

    // A type inside a generated one is generated too.
    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || member.IsDefined(typeof(GeneratedCodeAttribute), inherit: false)
        || member.DeclaringType is { } outer && IsGenerated(outer);
}
