package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Nobody who compiles against this client may need a type of the libraries beneath it.
final class SignatureTest {
  private static final Pattern NOT_A_NAME = Pattern.compile("[^A-Za-z0-9_.$]+");

  @Test
  void noTypeOfALibraryIsVisible() throws IOException, URISyntaxException, ClassNotFoundException {
    List<String> complaints = new ArrayList<>();
    int seen = 0;
    for (Class<?> type : classes()) {
      if (!isVisible(type)) {
        continue;
      }
      seen++;
      List<Member> members = new ArrayList<>(List.of(type.getDeclaredMethods()));
      members.addAll(List.of(type.getDeclaredConstructors()));
      members.addAll(List.of(type.getDeclaredFields()));
      complain(complaints, type.getName(), type.getGenericSuperclass());
      for (Type implemented : type.getGenericInterfaces()) {
        complain(complaints, type.getName(), implemented);
      }
      for (Member member : members) {
        if (Modifier.isPublic(member.getModifiers())
            || Modifier.isProtected(member.getModifiers())) {
          for (Type mentioned : types(member)) {
            complain(complaints, type.getName() + "." + member.getName(), mentioned);
          }
        }
      }
    }
    assertEquals(List.of(), complaints);
    assertTrue(seen > 30, "only %d public classes were found".formatted(seen));
  }

  private static boolean isVisible(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()));
  }

  private static void complain(List<String> complaints, String where, Type type) {
    if (type == null) {
      return;
    }
    for (String word : NOT_A_NAME.splitAsStream(type.getTypeName()).toList()) {
      boolean known =
          !word.contains(".") || word.startsWith("java.") || word.startsWith("dev.kith.client");
      if (!known) {
        complaints.add(where + " mentions " + word);
      }
    }
  }

  private static List<Type> types(Member member) {
    return switch (member) {
      case Method method -> {
        List<Type> types = new ArrayList<>(parameters(method));
        types.add(method.getGenericReturnType());
        yield types;
      }
      case Constructor<?> constructor -> parameters(constructor);
      case Field field -> List.of(field.getGenericType());
      default -> throw new AssertionError(member);
    };
  }

  private static List<Type> parameters(Executable executable) {
    List<Type> types = new ArrayList<>(List.of(executable.getGenericParameterTypes()));
    types.addAll(List.of(executable.getGenericExceptionTypes()));
    return types;
  }

  private static List<Class<?>> classes()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path root =
        Path.of(KithClient.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace('/', '.');
        if (name.startsWith("dev.kith.client.cli") || name.endsWith("-info.class")) {
          continue;
        }
        classes.add(
            Class.forName(
                name.substring(0, name.length() - ".class".length()),
                false,
                KithClient.class.getClassLoader()));
      }
    }
    return classes;
  }
}
